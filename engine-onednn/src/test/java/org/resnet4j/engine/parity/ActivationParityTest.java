package org.resnet4j.engine.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.Deviation;
import org.resnet4j.engine.TrueActivations;
import org.resnet4j.zoo.layer.PureActivation;

/** Every activation of DL4J's and the importer's, over all numbers that a layer may give. */
class ActivationParityTest {
  @ParameterizedTest
  @MethodSource("org.resnet4j.engine.ActivationFunctions#all")
  void isTheSameFunction(IActivation activation) {
    ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder().graphBuilder()
        .addInputs("input").setInputTypes(InputType.feedForward(7))
        .addLayer("y", new PureActivation(activation), "input").setOutputs("y").build();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    for (float largest : new float[] {0.01f, 1, 8, 60}) {
      INDArray x = Nd4j.create(numbers(largest), new long[] {20, 7}, 'c').castTo(DataType.FLOAT);
      check(activation, graph, x, largest);
    }
  }

  private static void check(IActivation activation, ComputationGraph graph, INDArray x, float largest) {
    String what = activation + " up to " + largest;
    INDArray expected = TrueActivations.of(graph, x).get("y");
    try (CompiledGraph compiled = Parity.compile(graph, List.of("y"), Parity.FLOATS)) {
      assertEquals(List.of(), compiled.interpreted());
      // x - tanh(x) is far less than the numbers that it is the difference of.
      Deviation.assertClose(what, expected, compiled.output(x)[0], Parity.FLOAT32, Math.min(largest, 1));
    }
  }

  /** From the least to the largest, without steps' edges such as 0. */
  private static float[] numbers(float largest) {
    float[] numbers = new float[140];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = largest * (2 * i + 1 - numbers.length) / numbers.length;
    }
    Arrays.sort(numbers);
    return numbers;
  }
}
