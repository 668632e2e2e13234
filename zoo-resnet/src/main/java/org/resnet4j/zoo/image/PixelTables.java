package org.resnet4j.zoo.image;

import java.awt.image.BufferedImage;
import org.deeplearning4j.nn.conf.CNN2DFormat;

/** {@link Preprocessing#normalize} with its 256 numbers a channel computed once. Safe for many threads. */
public final class PixelTables {
  private final int height;
  private final int width;
  private final Channels channels;
  private final float[][] tables;

  PixelTables(Preprocessing preprocessing) {
    height = preprocessing.height();
    width = preprocessing.width();
    channels = preprocessing.channels();
    tables = new float[channels.count()][];
    for (int c = 0; c < tables.length; c++) {
      tables[c] = preprocessing.table(c);
    }
  }

  /**
   * Writes an image's numbers into {@code target} from {@code offset}, [C, H, W] or [H, W, C] as the format says.
   *
   * @throws IllegalArgumentException if the image is not the preprocessing's height x width
   */
  public void normalize(BufferedImage sized, CNN2DFormat format, float[] target, int offset) {
    if (sized.getHeight() != height || sized.getWidth() != width) {
      throw new IllegalArgumentException("preprocessing: the image must be " + height + " x " + width
          + " (height x width), found " + sized.getHeight() + " x " + sized.getWidth());
    }
    int[] pixels = Pixels.of(Pixels.toRgb(sized));
    int pixelStep = format == CNN2DFormat.NCHW ? 1 : tables.length;
    int channelStep = format == CNN2DFormat.NCHW ? pixels.length : 1;
    if (channels == Channels.GREY) {
      float[] table = tables[0];
      for (int i = 0; i < pixels.length; i++) {
        target[offset + i] = table[channels.value(pixels[i], 0)];
      }
      return;
    }
    // All channels of a pixel at once: the image is read once, and the tables stay in the cache.
    boolean rgb = channels == Channels.RGB;
    float[] red = tables[rgb ? 0 : 2];
    float[] green = tables[1];
    float[] blue = tables[rgb ? 2 : 0];
    int redAt = offset + (rgb ? 0 : 2 * channelStep);
    int greenAt = offset + channelStep;
    int blueAt = offset + (rgb ? 2 * channelStep : 0);
    for (int i = 0, at = 0; i < pixels.length; i++, at += pixelStep) {
      int pixel = pixels[i];
      target[redAt + at] = red[pixel >> 16 & 0xFF];
      target[greenAt + at] = green[pixel >> 8 & 0xFF];
      target[blueAt + at] = blue[pixel & 0xFF];
    }
  }
}
