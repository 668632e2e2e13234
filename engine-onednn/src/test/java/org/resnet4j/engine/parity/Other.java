package org.resnet4j.engine.parity;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.resnet4j.engine.parity.Assembly.Made;
import org.resnet4j.zoo.layer.GroupNormalization;
import org.resnet4j.zoo.layer.ParametricRelu;
import org.resnet4j.zoo.layer.Resampling;
import org.resnet4j.zoo.layer.Selection;
import org.resnet4j.zoo.layer.ZeroPadShortcut;

/**
 * What stands seldom in a network.
 *
 * @param count how many groups, rows, positions or times, as far as the image has them
 */
record Other(int from, Kind kind, int count) implements Step {
  /** Which layer or vertex. */
  enum Kind { GROUP_NORM, SLOPES_OF_CHANNELS, SLOPES_OF_PIXELS, NEAREST, BILINEAR, BICUBIC, UPSAMPLING, SELECTION, SHORTCUT, PADDING,
    CROPPING }

  @Override
  public void addTo(Assembly assembly) {
    assembly.image(from).ifPresent(image -> {
      int rows = image.height() + count;
      switch (kind) {
        case GROUP_NORM -> {
          int groups = image.channels() % count == 0 ? count : 1;
          assembly.layer("group norm " + groups, new GroupNormalization.Builder(groups).build(), image, image);
        }
        case SLOPES_OF_CHANNELS -> assembly.layer("slopes of channels", new ParametricRelu(
            shape(assembly, image.channels(), 1, 1)), image, image);
        case SLOPES_OF_PIXELS -> assembly.layer("slopes of pixels", new ParametricRelu(
            shape(assembly, 1, image.height(), image.width())), image, image);
        case NEAREST, BILINEAR, BICUBIC -> assembly.vertex("resampling " + kind + " to " + rows + " rows",
            new Resampling(Resampling.Kernel.valueOf(kind.name()), rows, image.width(), false, assembly.format),
            List.of(image), image.as(image.channels(), rows, image.width()));
        case UPSAMPLING -> assembly.layer("upsampling", new Upsampling2D.Builder(2).dataFormat(assembly.format).build(),
            image, image.as(image.channels(), 2 * image.height(), 2 * image.width()));
        case SELECTION -> assembly.vertex("selection", new Selection(channels(assembly),
            List.of(image.channels() - 1, 0, image.channels() / 2)), List.of(image),
            image.as(3, image.height(), image.width()));
        case SHORTCUT -> assembly.layer("shortcut", new ZeroPadShortcut(image.channels() + count, 2), image,
            image.as(image.channels() + count, (image.height() + 1) / 2, (image.width() + 1) / 2));
        case PADDING -> assembly.layer("padding", new ZeroPaddingLayer.Builder(count, 0, 1, 2)
            .dataFormat(assembly.format).build(), image,
            image.as(image.channels(), image.height() + count, image.width() + 3));
        case CROPPING -> {
          int cut = Math.min(count, image.height() - 1);
          assembly.layer("cropping of " + cut, new Cropping2D.Builder(cut, 0, 0, 0).dataFormat(assembly.format).build(),
              image, image.as(image.channels(), image.height() - cut, image.width()));
        }
      }
    });
  }

  private static int channels(Assembly assembly) {
    return assembly.format == CNN2DFormat.NCHW ? 1 : 3;
  }

  private static long[] shape(Assembly assembly, long channels, long height, long width) {
    return assembly.format == CNN2DFormat.NCHW ? new long[] {channels, height, width}
        : new long[] {height, width, channels};
  }
}
