package org.resnet4j.benchmarks;

import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.layer.ZeroPadShortcut;
import org.resnet4j.zoo.updater.SgdMomentum;

/** Prints how many times as fast the CIFAR net of 8 layers trains with DL4J's layer helpers. */
public final class HelperRatio {
  private static final int BATCH = 32;

  private HelperRatio() {}

  public static void main(String[] arguments) {
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
    ComputationGraph plain = net();
    System.clearProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
    LayerHelpers.enable();
    ComputationGraph helped = net();
    INDArray labels = Nd4j.zeros(BATCH, 10);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, i % 10, 1);
    }
    DataSet data = new DataSet(Nd4j.randn(DataType.FLOAT, BATCH, 3, 32, 32), labels);
    System.out.printf("%d layers have helpers%n", LayerHelpers.active(helped).size());
    Contest.Result training = Contest.run(() -> plain.fit(data), () -> helped.fit(data), 3, 9);
    System.out.printf("Training, images/s: %.0f without helpers, %.0f with them, %.1f times as fast%n",
        BATCH / training.first(), BATCH / training.second(), training.ratio());
  }

  /** One block a stage of the CIFAR net with shortcut option A (arXiv:1512.03385, section 4.2). */
  private static ComputationGraph net() {
    GraphBuilder graph = new NeuralNetConfiguration.Builder().seed(1).updater(new SgdMomentum(0.01, 0.9))
        .weightInit(WeightInit.RELU).convolutionMode(ConvolutionMode.Truncate).activation(Activation.IDENTITY)
        .graphBuilder().addInputs("input").setInputTypes(InputType.convolutional(32, 32, 3));
    String x = convolution(graph, "stem", "input", 16, 1);
    for (int stage = 0; stage < 3; stage++) {
      String name = "stage" + (stage + 1);
      int channels = 16 << stage;
      int stride = stage == 0 ? 1 : 2;
      String branch = convolution(graph, name + "_1", x, channels, stride);
      branch = convolution(graph, name + "_2", branch, channels, 1);
      graph.addLayer(name + "_pad", new ZeroPadShortcut(channels, stride), x)
          .addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), branch, name + "_pad");
      x = name;
    }
    graph.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), x)
        .addLayer("output", new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build(), "pool")
        .setOutputs("output");
    ComputationGraph net = new ComputationGraph(graph.build());
    net.init();
    return net;
  }

  private static String convolution(GraphBuilder graph, String name, String input, int channels, int stride) {
    graph.addLayer(name + "_conv", new ConvolutionLayer.Builder(3, 3).nOut(channels).stride(stride, stride)
            .padding(1, 1).hasBias(false).build(), input)
        .addLayer(name + "_norm", new BatchNormalization.Builder().useLogStd(false).build(), name + "_conv")
        .addLayer(name + "_relu", new ActivationLayer(Activation.RELU), name + "_norm");
    return name + "_relu";
  }
}
