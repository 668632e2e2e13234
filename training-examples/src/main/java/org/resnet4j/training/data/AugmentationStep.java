package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * What happens to a training image after its crop, by {@link Augmentation#then}: to its pixels, to its normalised values,
 * or to both. Steps hold no state, since many threads use one.
 */
public interface AugmentationStep {
  /**
   * Another image of the same size, or the image itself if nothing happens to it.
   *
   * @param image at the network's size, TYPE_INT_RGB; it may be kept for later epochs, so it is never changed
   */
  default BufferedImage vary(BufferedImage image, RandomGenerator random) {
    return image;
  }

  /**
   * Changes the image's normalised values in place, after every step's {@link #vary} and with the same generator.
   *
   * @param values holds them from {@code offset}, [C, H, W] or [H, W, C] as the format says
   */
  default void finish(float[] values, int offset, Preprocessing preprocessing, CNN2DFormat format,
      RandomGenerator random) { }
}
