package org.resnet4j.zoo.weights;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.GroupNormalization;
import org.resnet4j.zoo.layer.GroupedConvolution;

/** Residual networks of a few hundred parameters. */
final class TinyGraphs {
  static final int CLASSES = 3;

  private TinyGraphs() {}

  static ComputationGraph residual(CNN2DFormat format, long seed) {
    return residual(format, seed, CLASSES, layer -> layer);
  }

  interface Wrapper {
    Layer wrap(Layer layer);
  }

  /** Stem, one block with each kind of convolution and norm, head; {@code wrapper} goes round the stem's layers. */
  static ComputationGraph residual(CNN2DFormat format, long seed, int classes, Wrapper wrapper) {
    GraphBuilder builder = new NeuralNetConfiguration.Builder().seed(seed)
        .updater(new Adam(new StepSchedule(ScheduleType.EPOCH, 1e-3, 0.1, 10)))
        .weightInit(new NormalDistribution(0, 0.1)).weightDecay(1e-4).graphBuilder()
        .addInputs("input")
        .addLayer("stem_conv", wrapper.wrap(convolution(new ConvolutionLayer.Builder(3, 3), 4, false, format)), "input")
        .addLayer("stem_norm", wrapper.wrap(norm(format, false)), "stem_conv")
        .addLayer("stem_relu", new ActivationLayer(Activation.RELU), "stem_norm")
        .addLayer("conv1", convolution(new GroupedConvolution.Builder(2, 3, 3), 4, false, format), "stem_relu")
        .addLayer("norm1", norm(format, false), "conv1")
        .addLayer("conv2", convolution(new ConvolutionLayer.Builder(1, 1), 4, true, format), "norm1")
        .addLayer("norm2", new GroupNormalization.Builder(2).build(), "conv2")
        .addLayer("norm3", new BetaOnlyBatchNormalization(0.9, 1e-3), "norm2")
        .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "norm3", "stem_relu")
        .addLayer("relu", new ActivationLayer(Activation.RELU), "add")
        .addLayer("pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "relu")
        .addLayer("logits", new DenseLayer.Builder().nOut(classes).activation(Activation.IDENTITY).build(), "pool")
        .addLayer("output", new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build(), "logits")
        .setInputTypes(InputType.convolutional(8, 8, 3, format))
        .setOutputs("output");
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    // BN statistics, gamma and beta that differ from channel to channel; no variance is negative.
    graph.params().assign(Nd4j.rand(DataType.FLOAT, graph.params().shape()).addi(0.1f));
    graph.getLayer("norm3").getParam("gamma").assign(1);
    return graph;
  }

  private static Layer convolution(ConvolutionLayer.Builder builder, int out, boolean bias, CNN2DFormat format) {
    return builder.nOut(out).hasBias(bias).convolutionMode(ConvolutionMode.Same).activation(Activation.IDENTITY)
        .dataFormat(format).build();
  }

  static BatchNormalization norm(CNN2DFormat format, boolean logStd) {
    return new BatchNormalization.Builder().useLogStd(logStd).dataFormat(format).build();
  }

  static INDArray images(CNN2DFormat format) {
    INDArray nchw = Nd4j.linspace(DataType.FLOAT, -1, 0.01, 2 * 3 * 8 * 8).reshape(2, 3, 8, 8);
    return format == CNN2DFormat.NCHW ? nchw : nchw.permute(0, 2, 3, 1).dup('c');
  }
}
