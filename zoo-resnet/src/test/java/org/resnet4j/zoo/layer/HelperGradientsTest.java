package org.resnet4j.zoo.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.LinkedHashMap;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.LayerHelpers;

/**
 * Gradients in float32 with the oneDNN helpers equal those in float64, which has no helpers, whatever layer follows a
 * convolution: a helper that is given a gradient in another order than it believes, takes it for what it isn't.
 */
class HelperGradientsTest {
  private static final int CHANNELS = 8;
  private static final int SIDE = 6;
  private static final int IMAGES = 5;

  /** What stands between the first convolution and the head, by name. */
  private static Map<String, Object> followers(CNN2DFormat format) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("convolution", convolution(new ConvolutionLayer.Builder(3, 3), format).build());
    all.put("sigmoid inside", convolution(new ConvolutionLayer.Builder(3, 3).activation(Activation.SIGMOID), format)
        .build());
    all.put("relu inside", convolution(new ConvolutionLayer.Builder(3, 3)
        .activation(new ElementActivation(ElementActivation.Function.RELU, Double.MAX_VALUE, 0, 0)), format).build());
    all.put("strided", convolution(new ConvolutionLayer.Builder(1, 1).stride(2, 2), format).build());
    all.put("dilated", convolution(new DilatedConvolution.Builder(3, 3).dilation(2, 2), format).build());
    all.put("grouped", convolution(new GroupedConvolution.Builder(2, 3, 3), format).build());
    all.put("norm", new BatchNormalization.Builder().nIn(CHANNELS).nOut(CHANNELS).dataFormat(format).useLogStd(false)
        .build());
    all.put("norm of running statistics", norm(new PartialBatchNormalization(true, true, true), format));
    all.put("norm without scale", norm(new BetaOnlyBatchNormalization(0.9, 1e-3), format));
    all.put("norm without offset", norm(new PartialBatchNormalization(true, false, false), format));
    all.put("frozen norm", norm(new FrozenBatchNormalization(), format));
    all.put("relu", new ActivationLayer(new ActivationReLU()));
    all.put("pure relu", new PureActivation(new ActivationReLU()));
    all.put("prelu", new ParametricRelu(1, 1, 1));
    for (SubsamplingLayer.PoolingType kind : List.of(SubsamplingLayer.PoolingType.MAX,
        SubsamplingLayer.PoolingType.AVG)) {
      for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate)) {
        all.put(kind + " pool " + mode, pool(kind, mode, 3, 2, format));
      }
    }
    all.put("pool of one pixel", pool(SubsamplingLayer.PoolingType.MAX, ConvolutionMode.Truncate, 1, 2, format));
    all.put("global pool", new GlobalPoolingLayer.Builder(PoolingType.AVG)
        .poolingDimensions(format == CNN2DFormat.NHWC ? new int[] {1, 2} : new int[] {2, 3}).build());
    all.put("borders", new Borders(1, 2, 0, -1, format));
    all.put("enlarged", new Resampling(Resampling.Kernel.BILINEAR, 9, 9, false, format));
    all.put("swapped", new Permutation(List.of(2, 1, 3)));
    all.put("selected", new Selection(1, List.of(3, 1)));
    all.put("added", new ElementWiseVertex(ElementWiseVertex.Op.Add));
    all.put("multiplied", new BroadcastMerge(BroadcastMerge.Kind.MULTIPLY));
    all.put("side by side", new Concatenation(2));
    return all;
  }

  private static ConvolutionLayer.Builder convolution(ConvolutionLayer.Builder builder, CNN2DFormat format) {
    builder.nIn(CHANNELS).nOut(CHANNELS).dataFormat(format).convolutionMode(ConvolutionMode.Same);
    return builder;
  }

  private static BatchNormalization norm(BatchNormalization layer, CNN2DFormat format) {
    layer.setNIn(CHANNELS);
    layer.setNOut(CHANNELS);
    layer.setUseLogStd(false);
    layer.setCnn2DFormat(format);
    return layer;
  }

  private static SubsamplingLayer pool(SubsamplingLayer.PoolingType kind, ConvolutionMode mode, int size, int stride,
      CNN2DFormat format) {
    return new SubsamplingLayer.Builder(kind).kernelSize(size, size).stride(stride, stride).convolutionMode(mode)
        .dataFormat(format).build();
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void areThoseWithoutHelpers(CNN2DFormat format) {
    LayerHelpers.enable();
    List<String> wrong = new ArrayList<>();
    for (String follower : followers(format).keySet()) {
      INDArray exact = gradient(follower, format, DataType.DOUBLE);
      double difference = gradient(follower, format, DataType.FLOAT).sub(exact).amaxNumber().doubleValue();
      if (!(difference <= 1e-4 * exact.amaxNumber().doubleValue())) {
        wrong.add(follower + ": " + difference + " of " + exact.amaxNumber());
      }
    }
    assertEquals(List.of(), wrong);
  }

  private static INDArray gradient(String follower, CNN2DFormat format, DataType type) {
    GraphBuilder builder = new NeuralNetConfiguration.Builder().seed(3).dataType(type).graphBuilder().addInputs("in")
        .addLayer("first", new ConvolutionLayer.Builder(3, 3).nIn(3).nOut(CHANNELS).dataFormat(format)
            .convolutionMode(ConvolutionMode.Same).activation(Activation.IDENTITY).build(), "in");
    Object between = followers(format).get(follower);
    if (between instanceof Layer layer) {
      builder.addLayer("between", layer, "first");
    } else if (((GraphVertex) between).minVertexInputs() > 1 || between instanceof ElementWiseVertex
        || between instanceof Concatenation) {
      builder.addVertex("between", (GraphVertex) between, "first", "first");
    } else {
      builder.addVertex("between", (GraphVertex) between, "first");
    }
    long[] shape = format == CNN2DFormat.NHWC ? new long[] {IMAGES, SIDE, SIDE, 3} : new long[] {IMAGES, 3, SIDE, SIDE};
    ComputationGraph probe = new ComputationGraph(builder.addVertex("features", Reshaping.flat(), "between")
        .setOutputs("features").build());
    probe.init();
    long features = probe.outputSingle(Nd4j.zeros(type, shape)).size(1);
    ComputationGraph graph = new ComputationGraph(builder.addLayer("head", new OutputLayer.Builder().nIn(features)
        .nOut(3).activation(Activation.SOFTMAX).build(), "features").setOutputs("head").build());
    graph.init();
    Nd4j.getRandom().setSeed(7);
    graph.params().assign(Nd4j.rand(DataType.FLOAT, 1, graph.numParams()).subi(0.3f).castTo(type));
    INDArray labels = Nd4j.zeros(type, IMAGES, 3);
    for (int i = 0; i < IMAGES; i++) {
      labels.putScalar(i, i % 3, 1);
    }
    // Running variances, too, come from the random values: none may be negative.
    for (org.deeplearning4j.nn.api.Layer layer : graph.getLayers()) {
      if (layer.paramTable() != null && layer.paramTable().containsKey("var")) {
        layer.getParam("var").assign(0.7);
      }
    }
    graph.setInputs(Nd4j.rand(DataType.FLOAT, shape).castTo(type));
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    return graph.gradient().gradient().castTo(DataType.DOUBLE).dup();
  }
}
