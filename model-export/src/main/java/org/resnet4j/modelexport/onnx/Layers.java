package org.resnet4j.modelexport.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.DilatedConvolution;
import org.resnet4j.zoo.layer.FeatureOutput;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupNormalization;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.ParametricRelu;
import org.resnet4j.zoo.layer.PartialBatchNormalization;
import org.resnet4j.zoo.layer.PixelLoss;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.PureDropout;
import org.resnet4j.zoo.layer.ZeroPadShortcut;

/** Layers as nodes, each as it computes in inference. */
final class Layers {
  /** By exact class: a subclass may compute something else. */
  private static final Map<Class<?>, BiFunction<Site, Layer, Value>> TABLE = table();

  private Layers() {}

  private static Map<Class<?>, BiFunction<Site, Layer, Value>> table() {
    Map<Class<?>, BiFunction<Site, Layer, Value>> table = new HashMap<>();
    for (Class<? extends ConvolutionLayer> type : List.of(ConvolutionLayer.class, DilatedConvolution.class,
        GroupedConvolution.class)) {
      put(table, type, Windows::convolution);
    }
    for (Class<? extends BatchNormalization> type : List.of(BatchNormalization.class, BetaOnlyBatchNormalization.class,
        PartialBatchNormalization.class, FrozenBatchNormalization.class)) {
      put(table, type, Layers::batchNorm);
    }
    put(table, GroupNormalization.class, Layers::groupNorm);
    put(table, DenseLayer.class, (site, dense) ->
        dense(site, dense, dense.hasBias(), dense.hasLayerNorm(), dense.getActivationFn()));
    put(table, OutputLayer.class, (site, dense) ->
        dense(site, dense, dense.hasBias(), false, dense.getActivationFn()));
    put(table, SubsamplingLayer.class, Windows::pool);
    put(table, GlobalPoolingLayer.class, Windows::globalPool);
    put(table, ZeroPaddingLayer.class, Windows::zeroPadding);
    put(table, ZeroPadShortcut.class, Windows::zeroPadShortcut);
    put(table, ParametricRelu.class, Layers::parametricRelu);
    put(table, ActivationLayer.class, (site, layer) -> activation(site, layer.getActivationFn()));
    put(table, PureActivation.class, (site, layer) -> activation(site, layer.getActivationFn()));
    put(table, LossLayer.class, (site, layer) -> activation(site, layer.getActivationFn()));
    put(table, PixelLoss.class, (site, layer) -> {
      int channels = layer.getFormat() == CNN2DFormat.NCHW ? 1 : -1;
      // Computed on rows of channels, whose last axis is the channels'.
      IActivation activation = layer.getActivationFn() instanceof AxisSoftmax softmax
          ? new AxisSoftmax(channels, softmax.logarithm()) : layer.getActivationFn();
      return Activations.apply(site, activation, site.input(), channels);
    });
    put(table, FeatureOutput.class, (site, layer) -> site.input());
    put(table, DropoutLayer.class, (site, layer) -> site.input());
    put(table, PureDropout.class, (site, layer) -> site.input());
    return table;
  }

  private static <T extends Layer> void put(Map<Class<?>, BiFunction<Site, Layer, Value>> table,
      Class<? extends T> type, BiFunction<Site, T, Value> nodes) {
    table.put(type, (site, layer) -> nodes.apply(site, type.cast(layer)));
  }

  /** @throws org.resnet4j.modelexport.ExportException.UnsupportedLayer for any other layer */
  static Value export(Site site, Layer layer) {
    BiFunction<Site, Layer, Value> nodes = TABLE.get(layer.getClass());
    if (nodes == null) {
      throw site.unsupported("a layer that can go out", layer.getClass().getSimpleName());
    }
    return nodes.apply(site, layer);
  }

  private static Value activation(Site site, IActivation activation) {
    return Activations.apply(site, activation, site.input(), -1);
  }

  private static Value dense(Site site, FeedForwardLayer layer, boolean bias, boolean norm, IActivation activation) {
    if (site.input().rank() != 2 || norm) {
      throw site.unsupported("vectors [N, C] without layer normalisation",
          norm ? "layer normalisation" : "an array of shape " + site.input().shape());
    }
    Value x = site.draft().arranged(site.input(), Value.inOrder(2));
    String weight = site.constant("weight", site.parameter("W").transpose());
    Draft.Node node = bias
        ? site.draft().node("Gemm", x.name(), weight, site.constant("bias", flat(site.parameter("b"))))
        : site.draft().node("Gemm", x.name(), weight);
    return site.end(node.number("transB", 1), List.of(Value.ANY, layer.getNOut()), Value.inOrder(2), activation);
  }

  private static INDArray flat(INDArray values) {
    return values.dup('c').reshape(values.length());
  }

  private static Value batchNorm(Site site, BatchNormalization layer) {
    Value x = site.input().rank() == 2 ? site.input() : site.images(layer.getCnn2DFormat());
    long channels = layer.getNOut();
    boolean fixed = layer.isLockGammaBeta();
    INDArray variance = layer.isUseLogStd()
        ? Transforms.exp(site.parameter(BatchNormalizationParamInitializer.GLOBAL_LOG_STD).mul(2 * Math.log(10)), false)
        : site.parameter(BatchNormalizationParamInitializer.GLOBAL_VAR);
    Draft.Node node = site.draft().node("BatchNormalization", x.name(),
        site.constant("weight", fixed ? Site.filled(channels, layer.getGamma())
            : flat(site.parameter(BatchNormalizationParamInitializer.GAMMA))),
        site.constant("bias", fixed ? Site.filled(channels, layer.getBeta())
            : flat(site.parameter(BatchNormalizationParamInitializer.BETA))),
        site.constant("running_mean", flat(site.parameter(BatchNormalizationParamInitializer.GLOBAL_MEAN))),
        site.constant("running_var", flat(variance)));
    return site.end(node.number("epsilon", layer.getEps()), x);
  }

  /** By instance norm of a group's values in a row: ONNX's own group norm scales groups, and is of opset 18. */
  private static Value groupNorm(Site site, GroupNormalization layer) {
    Value x = site.images(layer.getDataFormat());
    int groups = layer.getGroups();
    String rows = site.reshaped(x, 0, groups, -1).add(site.part("groups"));
    String normalised = site.draft().node("InstanceNormalization", rows,
        site.draft().constant(site.part("ones"), Site.filled(groups, 1)),
        site.draft().constant(site.part("zeros"), Site.filled(groups, 0)))
        .number("epsilon", layer.getEps()).add(site.part("normalised"));
    String images = site.draft().node("Reshape", normalised,
        site.draft().node("Shape", x.name()).add(site.part("size"))).add(site.part("images"));
    long[] perChannel = {layer.getNOut(), 1, 1};
    String scaled = site.draft().node("Mul", images, site.constant("weight",
        site.parameter(BatchNormalizationParamInitializer.GAMMA).dup('c').reshape(perChannel)))
        .add(site.part("scaled"));
    return site.end(site.draft().node("Add", scaled, site.constant("bias",
        site.parameter(BatchNormalizationParamInitializer.BETA).dup('c').reshape(perChannel))), x);
  }

  private static Value parametricRelu(Site site, ParametricRelu layer) {
    Value x = site.input();
    INDArray alpha = site.parameter("W").dup('c').reshape('c', layer.getInputShape());
    return site.end(site.draft().node("PRelu", x.name(), site.aligned(site.vertex() + ".weight", alpha, x)), x);
  }
}
