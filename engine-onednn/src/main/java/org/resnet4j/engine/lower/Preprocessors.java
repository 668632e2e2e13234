package org.resnet4j.engine.lower;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.resnet4j.engine.node.Permute;
import org.resnet4j.engine.node.Reshape;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.ChannelsLastFlatten;

/** What stands before a layer, as nodes. */
final class Preprocessors {
  private Preprocessors() {}

  /** @throws Unsupported for any that isn't of images and vectors */
  static Signal lower(Site site, InputPreProcessor preprocessor) {
    if (preprocessor instanceof ChannelsLastFlatten flatten) {
      return channelsLast(site, flatten);
    } else if (preprocessor.getClass() == CnnToFeedForwardPreProcessor.class) {
      return flat(site, (CnnToFeedForwardPreProcessor) preprocessor);
    } else if (preprocessor.getClass() == FeedForwardToCnnPreProcessor.class) {
      return images(site, (FeedForwardToCnnPreProcessor) preprocessor);
    } else if (preprocessor.getClass() == ComposableInputPreProcessor.class) {
      Site last = site;
      for (InputPreProcessor one : ((ComposableInputPreProcessor) preprocessor).getInputPreProcessors()) {
        last = last.with(lower(last, one));
      }
      return last.input();
    }
    throw site.unsupported("preprocessor " + preprocessor.getClass().getSimpleName());
  }

  private static Signal channelsLast(Site site, ChannelsLastFlatten flatten) {
    Value images = site.images(flatten.getDataFormat()).value();
    Value last = site.add(output -> new Permute(images, output, Permute.TO_CHANNELS_LAST));
    long[] expected = {flatten.getHeight(), flatten.getWidth(), flatten.getChannels()};
    return new Signal(site.add(output -> new Reshape(last, output,
        shape -> ofExample(expected, shape) ? rows(shape) : null, "images " + Arrays.toString(expected))));
  }

  /** In the order of DL4J's array. */
  private static Signal flat(Site site, CnnToFeedForwardPreProcessor preprocessor) {
    Value x = site.asIs(site.input());
    long height = preprocessor.getInputHeight();
    long width = preprocessor.getInputWidth();
    long channels = preprocessor.getNumChannels();
    boolean any = height == 0 && width == 0 && channels == 0;
    long[] expected = preprocessor.getFormat() == CNN2DFormat.NHWC ? new long[] {height, width, channels}
        : new long[] {channels, height, width};
    return new Signal(site.add(output -> new Reshape(x, output,
        shape -> shape.length == 2 || any || ofExample(expected, shape) ? rows(shape) : null,
        "images " + Arrays.toString(expected))));
  }

  private static Signal images(Site site, FeedForwardToCnnPreProcessor preprocessor) {
    Value x = site.asIs(site.input());
    long channels = preprocessor.getNumChannels();
    long height = preprocessor.getInputHeight();
    long width = preprocessor.getInputWidth();
    return new Signal(site.add(output -> new Reshape(x, output,
        shape -> shape.length == 4 ? shape : new long[] {shape[0], channels, height, width})));
  }

  private static boolean ofExample(long[] expected, long[] shape) {
    return Arrays.equals(expected, Arrays.copyOfRange(shape, 1, shape.length));
  }

  private static long[] rows(long[] shape) {
    return new long[] {shape[0], -1};
  }
}
