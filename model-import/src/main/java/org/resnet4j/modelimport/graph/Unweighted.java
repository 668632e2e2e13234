package org.resnet4j.modelimport.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Merge;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Operation.Padding;
import org.resnet4j.modelimport.model.Operation.Pooling;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.weights.LayerWeights;
import org.resnet4j.zoo.layer.Borders;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.layer.ChannelDropout;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.PureDropout;
import org.resnet4j.zoo.layer.Resampling;
import org.resnet4j.zoo.layer.Reshaping;
import org.resnet4j.zoo.layer.Scaling;

/** Operations without weights that train. */
final class Unweighted {
  /** Keras divides by no deviation below this. */
  private static final double LEAST_DEVIATION = 1e-7;

  private Unweighted() {}

  static void identity(Step step) {
    step.draft().layer(step.node(), step.name(), new PureActivation(new ActivationIdentity()), step.input());
  }

  static void activate(Step step, Operation.Activate operation) {
    step.draft().layer(step.node(), step.name(),
        new PureActivation(Activations.of(operation.activation(), step.shape().rank())), step.input());
  }

  static void vertex(Step step, GraphVertex vertex) {
    step.draft().vertex(step.node(), step.name(), vertex, step.inputs());
  }

  static void merge(Step step, Merge operation) {
    boolean equal = step.shapes().stream().allMatch(step.shape()::equals)
        && !step.shape().sizes().contains(Shape.UNKNOWN);
    vertex(step, operation.kind() == Merge.Kind.ADD && equal ? new ElementWiseVertex(ElementWiseVertex.Op.Add)
        : new BroadcastMerge(BroadcastMerge.Kind.valueOf(operation.kind().name())));
  }

  static void pool(Step step, Operation.Pool operation) {
    window(step, operation.kind(), operation.size(), operation.strides(), operation.padding(), operation.format());
  }

  static void subsample(Step step, Operation.Subsample operation) {
    window(step, Pooling.MAXIMUM, Pair.ONE, operation.step(), Padding.VALID, operation.format());
  }

  private static void window(Step step, Pooling kind, Pair size, Pair strides, Padding padding, DataFormat format) {
    SamePadding same = new SamePadding(size, strides, Pair.ONE);
    boolean padded = padding == Padding.SAME;
    if (padded && !same.isDeeplearning4js()) {
      padded = same.borders(step, format).isPresent();
      if (padded && !same.isPossible(step.shape(), format)) {
        throw step.unsupported("a pool at least as large as its stride, or VALID padding",
            "a pool of %s with strides %s".formatted(size, strides));
      }
    }
    SubsamplingLayer layer = new SubsamplingLayer.Builder(
        kind == Pooling.MAXIMUM ? SubsamplingLayer.PoolingType.MAX : SubsamplingLayer.PoolingType.AVG)
        .kernelSize(size.height(), size.width()).stride(strides.height(), strides.width())
        .convolutionMode(padded ? ConvolutionMode.Same : ConvolutionMode.Truncate)
        .dataFormat(Step.layout(format)).build();
    step.draft().layer(step.node(), step.name(), layer, step.input());
  }

  static void globalPool(Step step, Operation.GlobalPool operation) {
    boolean last = operation.format() == DataFormat.CHANNELS_LAST;
    GlobalPoolingLayer layer = new GlobalPoolingLayer.Builder(
        operation.kind() == Pooling.MAXIMUM ? PoolingType.MAX : PoolingType.AVG)
        .poolingDimensions(last ? new int[] {1, 2} : new int[] {2, 3}).build();
    if (!operation.keepDimensions()) {
      step.draft().layer(step.node(), step.name(), layer, step.input());
      return;
    }
    String pooled = step.draft().layer(step.node(), step.part("pooled"), layer, step.input());
    step.draft().vertex(step.node(), step.name(), new Reshaping(
        last ? List.of(1L, 1L, -1L) : List.of(-1L, 1L, 1L), Step.layout(operation.format())), List.of(pooled));
  }

  static void pad(Step step, Operation.ZeroPadding operation) {
    Operation.Border border = operation.border();
    vertex(step, new Borders(border.top(), border.bottom(), border.left(), border.right(),
        Step.layout(operation.format())));
  }

  static void crop(Step step, Operation.Cropping operation) {
    Operation.Border border = operation.border();
    vertex(step, new Borders(-border.top(), -border.bottom(), -border.left(), -border.right(),
        Step.layout(operation.format())));
  }

  static void upSample(Step step, Operation.UpSampling operation) {
    vertex(step, new Resampling(Resampling.Kernel.valueOf(operation.interpolation().name()),
        operation.factor().height(), operation.factor().width(), true, Step.layout(operation.format())));
  }

  static void resize(Step step, Operation.Resize operation) {
    vertex(step, new Resampling(Resampling.Kernel.valueOf(operation.interpolation().name()),
        operation.size().height(), operation.size().width(), false, Step.layout(operation.format())));
  }

  static void flatten(Step step, Operation.Flatten operation) {
    if (operation.format() == DataFormat.CHANNELS_FIRST && step.shape().rank() > 1) {
      List<Integer> order = new ArrayList<>();
      for (int axis = 2; axis <= step.shape().rank(); axis++) {
        order.add(axis);
      }
      order.add(1);
      String permuted =
          step.draft().vertex(step.node(), step.part("permuted"), new Permutation(order), step.inputs());
      step.draft().vertex(step.node(), step.name(), Reshaping.flat(), List.of(permuted));
    } else {
      vertex(step, Reshaping.flat());
    }
  }

  static void reshape(Step step, Operation.Reshape operation) {
    vertex(step, new Reshaping(operation.target().sizes().stream().map(Integer::longValue).toList(),
        CNN2DFormat.NHWC));
  }

  static void affine(Step step, Operation.Affine operation) {
    vertex(step, new Scaling(constant(operation.scale()), constant(operation.offset())));
  }

  private static Scaling.Constant constant(Operation.Constant constant) {
    return new Scaling.Constant(constant.values().stream().map(Float::doubleValue).toList(),
        constant.shape().sizes().stream().map(Integer::longValue).toList());
  }

  /** In two vertices, which round as Keras does where the mean is large. */
  static void normalize(Step step, Operation.Normalize operation, LayerWeights weights) {
    Function<INDArray, Scaling.Constant> along = values -> along(step, operation.axes(), values);
    INDArray mean = weights.read(step.layer().path(), 0, DataType.DOUBLE);
    INDArray deviation = Transforms.max(
        Transforms.sqrt(weights.read(step.layer().path(), 1, DataType.DOUBLE), true), LEAST_DEVIATION, true);
    boolean invert = operation.invert();
    Scaling scale = new Scaling(along.apply(invert ? deviation : deviation.rdiv(1)), Scaling.Constant.of(0));
    Scaling shift = new Scaling(Scaling.Constant.of(1), along.apply(invert ? mean : mean.neg()));
    String first =
        step.draft().vertex(step.node(), step.part(invert ? "scaled" : "centred"), invert ? scale : shift,
            step.inputs());
    step.draft().vertex(step.node(), step.name(), invert ? shift : scale, List.of(first));
  }

  private static Scaling.Constant along(Step step, List<Integer> axes, INDArray values) {
    List<Long> shape = new ArrayList<>();
    for (int axis = 1; axis <= step.shape().rank(); axis++) {
      shape.add(axes.contains(axis) ? (long) step.shape().size(axis) : 1);
    }
    List<Double> list = new ArrayList<>();
    for (double value : values.dup('c').reshape(values.length()).toDoubleVector()) {
      list.add(value);
    }
    return new Scaling.Constant(list, shape);
  }

  static void dropout(Step step, Operation.Dropout operation) {
    double rate = operation.rate();
    if (step.node().inference() || rate == 0) {
      identity(step);
      return;
    }
    IDropout dropout = switch (operation.kind()) {
      case PLAIN -> new org.deeplearning4j.nn.conf.dropout.Dropout(1 - rate);
      case SPATIAL -> new ChannelDropout(1 - rate, Step.layout(operation.format()));
      case GAUSSIAN -> new GaussianDropout(rate);
      case GAUSSIAN_NOISE -> new GaussianNoise(rate);
      case ALPHA -> new AlphaDropout(1 - rate);
    };
    step.draft().random(step.node(), step.name(), new PureDropout(dropout), step.input());
  }
}
