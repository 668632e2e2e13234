package org.resnet4j.engine.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.Deviation;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;
import org.resnet4j.engine.plan.Cpu;
import org.resnet4j.testdata.Formula;

/** A small network that DL4J and the engine both compute, with parameters that are all different from each other. */
final class Sample {
  private static final double FLOAT32 = 1e-4;
  private static final double BFLOAT16 = 2e-2;
  private static final int[] BATCHES = {1, 3};

  private final GraphBuilder graph = new NeuralNetConfiguration.Builder().seed(1).activation(Activation.IDENTITY)
      .graphBuilder();
  private final List<long[]> shapes = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private String last;
  private int count;
  private boolean plainLoops;
  private double narrow = BFLOAT16;
  private double scale = 2;

  private Sample() {}

  /** A network with inputs {@code in0} and on. */
  static Sample of(InputType... types) {
    Sample network = new Sample();
    for (int i = 0; i < types.length; i++) {
      network.graph.addInputs("in" + i);
      network.shapes.add(types[i].getShape(true));
    }
    network.graph.setInputTypes(types);
    network.last = "in0";
    return network;
  }

  /** A network that wasn't told what its input is. */
  static Sample untyped(long... shape) {
    return untyped(new long[][] {shape});
  }

  /** @param shapes whose first size, the batch's, is a matter of the comparison */
  static Sample untyped(long[][] shapes) {
    Sample network = new Sample();
    for (int i = 0; i < shapes.length; i++) {
      network.graph.addInputs("in" + i);
      network.shapes.add(shapes[i]);
    }
    network.last = "in0";
    return network;
  }

  static Sample images(CNN2DFormat format, int channels, int height, int width) {
    return of(InputType.convolutional(height, width, channels, format));
  }

  static Sample vectors(int size) {
    return of(InputType.feedForward(size));
  }

  /** Behind the last, or behind those given. */
  Sample layer(Layer layer, String... from) {
    graph.addLayer(name(), layer, from.length == 0 ? new String[] {last} : from);
    last = name();
    count++;
    return this;
  }

  Sample layer(Layer layer, InputPreProcessor preprocessor) {
    graph.addLayer(name(), layer, preprocessor, last);
    last = name();
    count++;
    return this;
  }

  Sample vertex(GraphVertex vertex, String... from) {
    graph.addVertex(name(), vertex, from.length == 0 ? new String[] {last} : from);
    last = name();
    count++;
    return this;
  }

  private String name() {
    return "v" + count;
  }

  /** The last vertex's name, to be taken up again. */
  String last() {
    return last;
  }

  /** Makes the last vertex an output as well. */
  Sample output() {
    outputs.add(last);
    return this;
  }

  /** Where oneDNN has no optimised kernel. */
  Sample withPlainLoops() {
    plainLoops = true;
    return this;
  }

  /** How far bfloat16 may be off, of the largest output. */
  Sample within(double deviation) {
    narrow = deviation;
    return this;
  }

  /** Inputs between -value and value. */
  Sample inputsTo(double value) {
    scale = value;
    return this;
  }

  /** Compares all outputs, for several batch sizes and in both number types. */
  void check() {
    ComputationGraph network = build();
    compare(network, Precision.FLOAT32, FLOAT32);
    if (Cpu.hasFastBfloat16()) {
      compare(network, Precision.BFLOAT16, narrow);
    }
  }

  ComputationGraph build() {
    if (outputs.isEmpty() || !outputs.get(outputs.size() - 1).equals(last)) {
      outputs.add(last);
    }
    ComputationGraph network = new ComputationGraph(graph.setOutputs(outputs.toArray(String[]::new)).build());
    network.init();
    fill(network);
    return network;
  }

  /** Parameters of about a usual size: variances positive, weights in proportion to their number for one output. */
  static void fill(ComputationGraph network) {
    network.paramTable().forEach((name, array) -> {
      float[] values = Formula.unitValues(name, Math.toIntExact(array.length()));
      boolean variance = name.endsWith("_var");
      double inputs = array.rank() < 2 || array.size(0) == 1 ? 4 : array.length() / (double) array.size(0);
      for (int i = 0; i < values.length; i++) {
        values[i] = variance ? 1 + 0.7f * values[i] : (float) (values[i] * 2 / Math.sqrt(inputs));
      }
      array.assign(Nd4j.createFromArray(values).reshape('c', array.shape()));
    });
  }

  private INDArray[] inputs(int batch) {
    INDArray[] arrays = new INDArray[shapes.size()];
    for (int i = 0; i < arrays.length; i++) {
      long[] shape = shapes.get(i).clone();
      shape[0] = batch;
      int length = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
      arrays[i] = Nd4j.createFromArray(Formula.unitValues("input" + i, length)).muli(scale).reshape('c', shape);
    }
    return arrays;
  }

  private void compare(ComputationGraph network, Precision precision, double tolerance) {
    try (CompiledGraph compiled = OneDnn.compile(network, EngineOptions.standard().withPrecision(precision))) {
      for (int batch : BATCHES) {
        INDArray[] inputs = inputs(batch);
        // DL4J's own rectifiers write into the array that they are given.
        INDArray[] expected = network.output(Arrays.stream(inputs).map(INDArray::dup).toArray(INDArray[]::new));
        INDArray[] found = compiled.output(inputs);
        String where = precision + ", batch " + batch + ", output ";
        assertEquals(expected.length, found.length);
        for (int i = 0; i < expected.length; i++) {
          assertTrue(expected[i].amaxNumber().doubleValue() > 0, where + i);
          Deviation.assertClose(where + i, expected[i], found[i], tolerance);
        }
        long[][] given = Arrays.stream(inputs).map(INDArray::shape).toArray(long[][]::new);
        List<String> kernels = compiled.kernels(given);
        assertTrue(plainLoops || kernels.stream().noneMatch(kernel -> kernel.contains(" ref")),
            () -> where + "plain loops in " + kernels);
      }
    }
  }
}
