package org.resnet4j.engine;

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
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.resnet4j.testdata.Formula;

/** Small networks, the same each time they are made. */
final class Networks {
  static final int CLASSES = 5;

  private Networks() {}

  static GraphBuilder builder(DataType type) {
    return builder(type, InputType.convolutional(8, 8, 3));
  }

  static GraphBuilder builder(DataType type, InputType input) {
    return new NeuralNetConfiguration.Builder().seed(7).dataType(type).updater(new Nesterovs(0.05, 0.9))
        .activation(Activation.IDENTITY).graphBuilder().addInputs("image")
        .setInputTypes(input);
  }

  static ConvolutionLayer convolution(int channels) {
    return new ConvolutionLayer.Builder(3, 3).padding(1, 1).nOut(channels).build();
  }

  static OutputLayer classes() {
    return new OutputLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).nOut(CLASSES).build();
  }

  static ComputationGraph initialised(GraphBuilder builder) {
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  /** Images [N, 3, 8, 8] to [N, 5]: convolutions, normalisation, a shortcut, a pool. */
  static ComputationGraph residual() {
    return residual(DataType.FLOAT);
  }

  static ComputationGraph residual(DataType type) {
    return initialised(builder(type)
        .addLayer("conv1", convolution(6), "image")
        .addLayer("norm1", new BatchNormalization(), "conv1")
        .addLayer("relu1", new ActivationLayer(Activation.RELU), "norm1")
        .addLayer("conv2", convolution(6), "relu1")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv2", "relu1")
        .addLayer("relu2", new ActivationLayer(Activation.RELU), "sum")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "relu2")
        .addLayer("classes", classes(), "pool")
        .setOutputs("classes"));
  }

  static INDArray images(int count) {
    return Nd4j.createFromArray(Formula.unitValues("images", count * 3 * 8 * 8)).reshape(count, 3, 8, 8);
  }

  /** One class each. */
  static INDArray labels(int count) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, count, CLASSES);
    for (int i = 0; i < count; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return labels;
  }
}
