package org.resnet4j.engine.lower;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.resnet4j.engine.node.Dropout.Whole;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.ChannelDropout;
import org.resnet4j.zoo.layer.StochasticDepth;

/** What training does to a layer's input, or its parameters, at random. */
final class Dropouts {
  private Dropouts() {}

  /** @throws Unsupported for any other kind */
  static Signal dropped(Site site, Layer layer) {
    if (layer instanceof BaseLayer base && base.getWeightNoise() != null) {
      throw site.unsupported("weight noise " + base.getWeightNoise().getClass().getSimpleName());
    }
    IDropout dropout = layer.getIDropout();
    if (!drops(layer)) {
      return site.input();
    } else if (dropout.getClass() == Dropout.class && ((Dropout) dropout).getPSchedule() == null) {
      return dropped(site, ((Dropout) dropout).getP(), Whole.ELEMENT, 0);
    } else if (dropout instanceof ChannelDropout channels) {
      Signal x = site.input();
      boolean images = x.order() != null;
      if (channels.format() == CNN2DFormat.NHWC && !images) {
        throw site.unsupported("channel dropout of arrays with an unknown number of axes");
      }
      return dropped(site, channels.retained(), Whole.CHANNEL,
          x.axis(channels.format() == CNN2DFormat.NHWC ? x.order().size() - 1 : 1));
    }
    if (dropout instanceof StochasticDepth depth) {
      return dropped(site, depth.retained(), Whole.EXAMPLE, site.input().axis(0));
    }
    throw site.unsupported("dropout " + dropout.getClass().getSimpleName());
  }

  /** Whether the layer loses some of its input in training. */
  static boolean drops(Layer layer) {
    return layer.getIDropout() != null && looks(layer);
  }

  /** All layers have the setting; not all look at it. */
  private static boolean looks(Layer layer) {
    return layer instanceof ConvolutionLayer || layer instanceof DenseLayer || layer instanceof DropoutLayer
        || layer instanceof Upsampling2D || layer instanceof PReLULayer
        || layer instanceof ElementWiseMultiplicationLayer;
  }

  private static Signal dropped(Site site, double retained, Whole whole, int axis) {
    Value x = site.input().value();
    return site.input().with(site.add(output ->
        new org.resnet4j.engine.node.Dropout(x, output, retained, whole, axis)));
  }
}
