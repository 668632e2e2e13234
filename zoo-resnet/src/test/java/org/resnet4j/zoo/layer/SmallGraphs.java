package org.resnet4j.zoo.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Graphs of the layers under test, average pooling and a softmax of 3 classes; and what is checked on each. */
final class SmallGraphs {
  private SmallGraphs() {}

  static InputType.InputTypeConvolutional image(int height, int width, int channels, CNN2DFormat format) {
    return (InputType.InputTypeConvolutional) InputType.convolutional(height, width, channels, format);
  }

  static ComputationGraph graph(DataType type, IUpdater updater, InputType input, Layer... layers) {
    NeuralNetConfiguration.Builder global = new NeuralNetConfiguration.Builder()
        .seed(7).dataType(type).updater(updater).weightInit(new NormalDistribution(0, 0.5)).biasInit(0.1)
        .activation(Activation.IDENTITY).convolutionMode(ConvolutionMode.Truncate);
    ComputationGraphConfiguration.GraphBuilder graph = global.graphBuilder().addInputs("input").setInputTypes(input);
    String last = "input";
    for (int i = 0; i < layers.length; i++) {
      graph.addLayer("layer" + i, layers[i], last);
      last = "layer" + i;
    }
    graph.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), last)
        .addLayer("output", new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).activation(Activation.SOFTMAX).build(),
            "pool")
        .setOutputs("output");
    ComputationGraph net = new ComputationGraph(graph.build());
    net.init();
    return net;
  }

  static INDArray labels(DataType type, int examples) {
    INDArray labels = Nd4j.zeros(type, examples, 3);
    for (int i = 0; i < examples; i++) {
      labels.putScalar(i, i % 3, 1);
    }
    return labels;
  }

  static INDArray normal(DataType type, long... shape) {
    return Nd4j.randn(DataType.DOUBLE, shape).castTo(type);
  }

  /** Every parameter's gradient against central differences, in double precision. */
  static void assertGradients(InputType.InputTypeConvolutional input, Layer... layers) {
    DataType before = Nd4j.dataType();
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    try {
      Nd4j.getRandom().setSeed(3);
      ComputationGraph net = graph(DataType.DOUBLE, new NoOp(), input, layers);
      INDArray x = normal(DataType.DOUBLE, shape(input, 3));
      assertTrue(GradientCheckUtil.checkGradients(new GradientCheckUtil.GraphConfig().net(net)
          .inputs(new INDArray[] {x}).labels(new INDArray[] {labels(DataType.DOUBLE, 3)}).maxRelError(1e-5)
          .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)), "gradients differ from central differences");
    } finally {
      Nd4j.setDefaultDataTypes(before, before);
    }
  }

  static long[] shape(InputType.InputTypeConvolutional input, int examples) {
    return input.getFormat() == CNN2DFormat.NCHW
        ? new long[] {examples, input.getChannels(), input.getHeight(), input.getWidth()}
        : new long[] {examples, input.getHeight(), input.getWidth(), input.getChannels()};
  }

  static void assertJsonRoundTrip(ComputationGraph net) {
    String json = net.getConfiguration().toJson();
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(json);
    assertEquals(net.getConfiguration(), read);
    assertEquals(json, read.toJson());
    new ComputationGraph(read).init(net.params(), true);
  }

  static INDArray channelsFirst(INDArray array, CNN2DFormat format) {
    return format == CNN2DFormat.NHWC ? array.permute(0, 3, 1, 2) : array;
  }

  static void assertClose(INDArray expected, INDArray found, double tolerance) {
    assertArrayEquals(expected.shape(), found.shape());
    INDArray exact = expected.castTo(DataType.DOUBLE);
    double difference = exact.sub(found.castTo(DataType.DOUBLE)).amaxNumber().doubleValue();
    double largest = exact.amaxNumber().doubleValue();
    assertTrue(difference <= tolerance * Math.max(largest, 1e-12),
        () -> "largest difference " + difference + ", largest value " + largest);
  }
}
