package org.resnet4j.engine.lower;

import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_clip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.PReLUParamInitializer;
import org.resnet4j.engine.node.Affine;
import org.resnet4j.engine.node.BatchNorm;
import org.resnet4j.engine.node.ChannelNorm;
import org.resnet4j.engine.node.ChannelTurn;
import org.resnet4j.engine.node.Combination;
import org.resnet4j.engine.node.Eltwise;
import org.resnet4j.engine.node.GroupNorm;
import org.resnet4j.engine.node.Prelu;
import org.resnet4j.engine.node.RunningNorm;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupNormalization;
import org.resnet4j.zoo.layer.PartialBatchNormalization;

/** Normalisations, and what else has numbers for each channel. */
final class Norms {
  private Norms() {}

  static Signal batchNorm(Site site, BatchNormalization layer) {
    // Of vectors and sequences in either layout the last axis is meant, or the only one that there is.
    int place = site.input().axis(layer.getCnn2DFormat() == CNN2DFormat.NHWC ? -1 : 1);
    int channels = Math.toIntExact(layer.getNOut());
    boolean partly = layer instanceof PartialBatchNormalization partial && partial.isRunningStatistics();
    if (site.trains() && !(layer instanceof FrozenBatchNormalization)) {
      return trained(site, layer, place, channels, partly);
    }
    Constant scale = site.computed("scale", channels, () -> scale(site, layer, channels));
    Constant shift = site.computed("shift", channels, () -> {
      float[] factor = scale(site, layer, channels);
      float[] mean = site.floats(BatchNormalizationParamInitializer.GLOBAL_MEAN);
      float[] beta = layer.isLockGammaBeta() ? filled(channels, fixed(layer, layer.getBeta(), 0))
          : site.floats(BatchNormalizationParamInitializer.BETA);
      for (int i = 0; i < channels; i++) {
        beta[i] -= mean[i] * factor[i];
      }
      return beta;
    });
    return affine(site, scale, shift, place);
  }

  /** @param running whether the statistics are the running ones, which stay, while gamma and beta train */
  private static Signal trained(Site site, BatchNormalization layer, int place, int channels, boolean running) {
    if (place != 1 && place != -1) {
      throw site.unsupported("the training of batch normalisation on axis " + place);
    }
    boolean fixed = layer.isLockGammaBeta();
    if (fixed && layer.getGamma() != 1 && layer.getBeta() == 0) {
      throw site.unsupported("the training of batch normalisation with a fixed gamma and no beta, which DL4J leaves "
          + "out of activations and not of gradients");
    } else if (running && (fixed || layer.isUseLogStd())) {
      throw site.unsupported("batch normalisation by running statistics with fixed gamma or logarithms");
    }
    Constant gamma = fixed ? site.computed("gamma", channels, () -> filled(channels, fixed(layer, layer.getGamma(), 1)))
        : site.parameter(BatchNormalizationParamInitializer.GAMMA);
    Constant beta = fixed ? site.computed("beta", channels, () -> filled(channels, fixed(layer, layer.getBeta(), 0)))
        : site.parameter(BatchNormalizationParamInitializer.BETA);
    Signal given = site.input();
    Signal x = place == 1 ? given : new Signal(site.add(output -> new ChannelTurn(given.value(), output, false)));
    Value normalised = site.add(output -> running
        ? new RunningNorm(x.value(), output, gamma, beta, statistic(site, channels,
            BatchNormalizationParamInitializer.GLOBAL_MEAN), statistic(site, channels,
            BatchNormalizationParamInitializer.GLOBAL_VAR), layer.getEps())
        : new BatchNorm(x.value(), output, gamma, beta, site.parameter(BatchNormalizationParamInitializer.GLOBAL_MEAN),
            site.parameter(layer.isUseLogStd() ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                : BatchNormalizationParamInitializer.GLOBAL_VAR), layer.isUseLogStd(), layer.getDecay(),
            layer.getEps(), false));
    return given.with(place == 1 ? normalised : site.add(output -> new ChannelTurn(normalised, output, true)));
  }

  /** One that stays in training. */
  private static Constant statistic(Site site, int channels, String key) {
    return site.computed(key, channels, () -> site.floats(key));
  }

  private static float[] scale(Site site, BatchNormalization layer, int channels) {
    float[] gamma = layer.isLockGammaBeta() ? filled(channels, fixed(layer, layer.getGamma(), 1))
        : site.floats(BatchNormalizationParamInitializer.GAMMA);
    float[] spread = site.floats(layer.isUseLogStd() ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
        : BatchNormalizationParamInitializer.GLOBAL_VAR);
    for (int i = 0; i < channels; i++) {
      double variance = layer.isUseLogStd() ? Math.pow(10, 2.0 * spread[i]) : spread[i];
      gamma[i] = (float) (gamma[i] / Math.sqrt(variance + layer.getEps()));
    }
    return gamma;
  }

  /** DL4J leaves out fixed gamma and beta where either is what it is without a setting. */
  private static double fixed(BatchNormalization layer, double value, double standard) {
    return layer.getGamma() != 1 && layer.getBeta() != 0 ? value : standard;
  }

  static float[] filled(int count, double value) {
    float[] values = new float[count];
    Arrays.fill(values, (float) value);
    return values;
  }

  static Signal affine(Site site, Constant scale, Constant shift, int axis) {
    Signal x = site.input();
    return x.with(site.add(output -> new Affine(x.value(), output, scale, shift, axis, List.of())));
  }

  /** By parameters, [C], of [N, C]. */
  static Signal scaled(Site site, Constant scale, Constant shift) {
    if (!site.trains()) {
      return affine(site, scale, shift, 1);
    }
    Signal x = site.input();
    int channels = Math.toIntExact(scale.length());
    Constant zeros = site.computed("zeros", channels, () -> filled(channels, 0));
    Constant ones = site.computed("ones", channels, () -> filled(channels, 1));
    return x.with(site.add(output -> new RunningNorm(x.value(), output, scale, shift, zeros, ones, 0)));
  }

  static Signal groupNorm(Site site, GroupNormalization layer) {
    Signal x = site.images(layer.getDataFormat());
    return x.with(site.add(output -> new GroupNorm(x.value(), output, layer.getGroups(), (float) layer.getEps(),
        site.parameter(BatchNormalizationParamInitializer.GAMMA),
        site.parameter(BatchNormalizationParamInitializer.BETA), List.of())));
  }

  static Signal channelNorm(Site site, LocalResponseNormalization layer) {
    Signal x = site.images(layer.getDataFormat());
    int reach = (int) layer.getN() / 2;
    return x.with(site.add(output -> new ChannelNorm(x.value(), output, reach, (float) layer.getAlpha(),
        (float) layer.getBeta(), (float) layer.getK())));
  }

  /** By a kernel where slopes are the channels', else max(x, 0) + slope * min(x, 0). */
  static Signal prelu(Site site, PReLULayer layer) {
    Signal x = site.input();
    List<Long> shape = slopes(layer);
    List<Integer> varying = IntStream.range(0, shape.size()).filter(axis -> shape.get(axis) != 1).boxed().toList();
    if (varying.size() == 1 && x.axis(varying.get(0) + 1) == 1) {
      Constant slope = site.parameter(PReLUParamInitializer.WEIGHT_KEY);
      return x.with(site.add(output -> new Prelu(x.value(), output, slope)));
    }
    Signal slope = site.parameter(PReLUParamInitializer.WEIGHT_KEY, x, shape);
    Signal below = site.elementwise(x, new Eltwise(eltwise_clip, -Float.MAX_VALUE, 0));
    return site.combined(Combination.Kind.ADD, site.combined(Combination.Kind.MULTIPLY, below, slope),
        site.elementwise(x, Eltwise.RELU));
  }

  private static List<Long> slopes(PReLULayer layer) {
    List<Long> shape = new ArrayList<>(Arrays.stream(layer.getInputShape()).boxed().toList());
    if (layer.getSharedAxes() != null) {
      for (long axis : layer.getSharedAxes()) {
        shape.set((int) axis - 1, 1L);
      }
    }
    return shape;
  }
}
