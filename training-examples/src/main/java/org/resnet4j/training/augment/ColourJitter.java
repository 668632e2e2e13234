package org.resnet4j.training.augment;

import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;
import org.resnet4j.training.data.AugmentationStep;
import org.resnet4j.training.data.Shuffle;

/**
 * Brightness, contrast, saturation and hue, each by a factor of its own, in any order: torchvision 0.29's
 * {@code ColorJitter}.
 *
 * @param brightness the factor is from max(0, 1 - brightness) to 1 + brightness; 0 leaves it as it is
 * @param contrast as for brightness
 * @param saturation as for brightness
 * @param hue the turn of the colour circle is from -hue to hue, at most 0.5
 */
public record ColourJitter(double brightness, double contrast, double saturation, double hue)
    implements AugmentationStep {
  private static final ImageOperation[] OPERATIONS = {ImageOperation.BRIGHTNESS, ImageOperation.CONTRAST,
      ImageOperation.SATURATION, ImageOperation.HUE};
  private static final double STRONGEST = 100;

  public ColourJitter {
    for (double strength : new double[] {brightness, contrast, saturation}) {
      if (!(strength >= 0 && strength <= STRONGEST)) {
        throw new IllegalArgumentException("colour jitter's brightness, contrast and saturation must be 0 to " + STRONGEST
            + ", found " + strength);
      }
    }
    if (!(hue >= 0 && hue <= 0.5)) {
      throw new IllegalArgumentException("colour jitter's hue must be 0 to 0.5, found " + hue);
    }
  }

  @Override public BufferedImage vary(BufferedImage image, RandomGenerator random) {
    int[] order = {0, 1, 2, 3};
    Shuffle.apply(order, random);
    double[] strengths = strengths();
    double[] magnitudes = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      double lowest = OPERATIONS[i] == ImageOperation.HUE ? -strengths[i] : Math.max(-1, -strengths[i]);
      magnitudes[i] = lowest + (strengths[i] - lowest) * random.nextDouble();
    }
    return apply(image, order, magnitudes);
  }

  BufferedImage apply(BufferedImage image, int[] order, double[] magnitudes) {
    double[] strengths = strengths();
    BufferedImage varied = image;
    for (int i : order) {
      if (strengths[i] > 0) {
        varied = OPERATIONS[i].apply(varied, magnitudes[i]);
      }
    }
    return varied;
  }

  private double[] strengths() {
    return new double[] {brightness, contrast, saturation, hue};
  }
}
