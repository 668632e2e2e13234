package org.resnet4j.modelimport.dialect;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.modelimport.model.KerasModel.Version;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.BatchNormalization;
import org.resnet4j.modelimport.model.Operation.Convolution;
import org.resnet4j.modelimport.model.Operation.Dense;
import org.resnet4j.modelimport.model.Operation.DepthwiseConvolution;
import org.resnet4j.modelimport.model.Operation.Normalize;
import org.resnet4j.modelimport.model.Operation.PRelu;
import org.resnet4j.modelimport.model.Operation.SeparableConvolution;
import org.resnet4j.modelimport.model.Operation.Window;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.model.Weight;

/** The tensors that Keras makes for a layer, in the order in which it makes them. */
final class WeightShapes {
  private WeightShapes() {}

  /** For an operation whose output shape on this input was found without complaint. */
  static List<Weight> of(Operation operation, Shape input, Version version) {
    List<Weight> weights = new ArrayList<>();
    if (operation instanceof Convolution convolution) {
      weights.add(kernel("kernel", convolution.window(), channels(input, convolution.window()) / convolution.groups(),
          convolution.filters()));
      bias(weights, convolution.bias(), convolution.filters());
    } else if (operation instanceof DepthwiseConvolution depthwise) {
      int channels = channels(input, depthwise.window());
      weights.add(kernel(version == Version.KERAS_2 ? "depthwise_kernel" : "kernel", depthwise.window(), channels,
          depthwise.multiplier()));
      bias(weights, depthwise.bias(), channels * depthwise.multiplier());
    } else if (operation instanceof SeparableConvolution separable) {
      int channels = channels(input, separable.window());
      weights.add(kernel("depthwise_kernel", separable.window(), channels, separable.multiplier()));
      weights.add(trained("pointwise_kernel", Shape.of(1, 1, Math.multiplyExact(channels, separable.multiplier()),
          separable.filters())));
      bias(weights, separable.bias(), separable.filters());
    } else if (operation instanceof Dense dense) {
      weights.add(trained("kernel", Shape.of(input.size(input.rank()), dense.units())));
      bias(weights, dense.bias(), dense.units());
    } else if (operation instanceof BatchNormalization norm) {
      Shape shape = Shape.of(input.size(norm.axis()));
      if (norm.scale()) {
        weights.add(trained("gamma", shape));
      }
      if (norm.center()) {
        weights.add(trained("beta", shape));
      }
      weights.add(new Weight("moving_mean", shape, false));
      weights.add(new Weight("moving_variance", shape, false));
    } else if (operation instanceof PRelu pRelu) {
      List<Integer> sizes = new ArrayList<>(input.sizes());
      pRelu.sharedAxes().forEach(axis -> sizes.set(axis - 1, 1));
      weights.add(trained("alpha", new Shape(sizes)));
    } else if (operation instanceof Normalize normalize) {
      Shape shape = new Shape(normalize.axes().stream().map(input::size).toList());
      weights.add(new Weight("mean", shape, false));
      weights.add(new Weight("variance", shape, false));
      weights.add(new Weight("count", Shape.of(), false));
    }
    return weights;
  }

  private static int channels(Shape input, Window window) {
    return input.size(OutputShapes.channelAxis(window.format()));
  }

  private static Weight kernel(String name, Window window, int in, int out) {
    return trained(name, Shape.of(window.kernel().height(), window.kernel().width(), in, out));
  }

  private static void bias(List<Weight> weights, boolean bias, int size) {
    if (bias) {
      weights.add(trained("bias", Shape.of(size)));
    }
  }

  private static Weight trained(String name, Shape shape) {
    return new Weight(name, shape, true);
  }
}
