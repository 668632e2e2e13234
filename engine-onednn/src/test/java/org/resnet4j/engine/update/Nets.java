package org.resnet4j.engine.update;

import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;

/** A small network with each kind of parameter: weights, biases, a norm's scale, shift and running statistics. */
final class Nets {
  static final long[] IMAGE = {2, 5, 5};

  private Nets() {}

  /** Settings of the whole network. */
  static Supplier<ComputationGraphConfiguration> net(UnaryOperator<NeuralNetConfiguration.Builder> settings) {
    return net(settings, layers -> { });
  }

  /** The four layers before they are added, to be set each by itself. */
  record Layers(ConvolutionLayer convolution, BatchNormalization norm, DenseLayer dense, OutputLayer output) {
    Layers() {
      this(new ConvolutionLayer.Builder(3, 3).nOut(4).convolutionMode(ConvolutionMode.Same)
          .activation(Activation.IDENTITY).build(),
          new BatchNormalization.Builder().activation(Activation.RELU).build(),
          new DenseLayer.Builder().nOut(6).activation(Activation.TANH).build(),
          new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build());
    }

    BaseLayer[] all() {
      return new BaseLayer[] {convolution, norm, dense, output};
    }
  }

  /** Settings of the whole network and of single layers. */
  static Supplier<ComputationGraphConfiguration> net(UnaryOperator<NeuralNetConfiguration.Builder> settings,
      Consumer<Layers> single) {
    return () -> {
      Layers layers = new Layers();
      single.accept(layers);
      return settings.apply(new NeuralNetConfiguration.Builder().seed(11)).graphBuilder().addInputs("input")
          .setInputTypes(InputType.convolutional(IMAGE[1], IMAGE[2], IMAGE[0]))
          .addLayer("convolution", layers.convolution(), "input").addLayer("norm", layers.norm(), "convolution")
          .addLayer("dense", layers.dense(), "norm").addLayer("output", layers.output(), "dense").setOutputs("output")
          .build();
    };
  }
}
