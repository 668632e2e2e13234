package org.resnet4j.training.augment;

import java.awt.image.BufferedImage;
import org.resnet4j.zoo.image.Pixels;

/**
 * What the policies do to an image, each by a magnitude: torchvision 0.29's functions of uint8 tensors
 * ({@code transforms.functional}; nearest pixel, black outside), to the bit. Only {@link #CONTRAST} may be a grey level off
 * in images of more than 65,793 pixels, whose sum a float can't hold; and torchvision's own {@code transforms.v2} is a
 * grey level off here and there.
 */
public enum ImageOperation {
  /** The image itself. */
  IDENTITY(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, null),
  /** Rows move left by the magnitude times their distance from the top. */
  SHEAR_X(-1e4, 1e4, (from, to, width, height, m) -> Affine.shear(m, 0, width, height).sample(from, to)),
  /** Columns move up by the magnitude times their distance from the left. */
  SHEAR_Y(-1e4, 1e4, (from, to, width, height, m) -> Affine.shear(0, m, width, height).sample(from, to)),
  /** Right by the magnitude's whole pixels. */
  TRANSLATE_X(-1e4, 1e4, (from, to, width, height, m) -> Affine.translation((int) m, 0, width, height).sample(from, to)),
  /** Down by the magnitude's whole pixels. */
  TRANSLATE_Y(-1e4, 1e4, (from, to, width, height, m) -> Affine.translation(0, (int) m, width, height).sample(from, to)),
  /** Counter-clockwise about the centre, in degrees. */
  ROTATE(-360, 360, (from, to, width, height, m) -> Affine.rotation(m, width, height).sample(from, to)),
  /** Times 1 + magnitude. */
  BRIGHTNESS(-1, 1e4, (from, to, width, height, m) -> Levels.brightness(from, to, 1 + m)),
  /** Away from its grey by 1 + magnitude; -1 is grey. torchvision's Color. */
  SATURATION(-1, 1e4, (from, to, width, height, m) -> Colours.saturation(from, to, 1 + m)),
  /** Away from the mean grey by 1 + magnitude; -1 is plain grey. */
  CONTRAST(-1, 1e4, (from, to, width, height, m) -> Levels.contrast(from, to, 1 + m)),
  /** Away from a blurred image by 1 + magnitude; -1 is blurred. Images of up to 2 rows or columns stay as they are. */
  SHARPNESS(-1, 1e4, (from, to, width, height, m) -> Sharpness.adjust(from, to, width, height, 1 + m)),
  /** Keeps as many of each channel's 8 bits as the magnitude says. */
  POSTERIZE(0, 8, (from, to, width, height, m) -> Levels.posterize(from, to, (int) m)),
  /** Inverts what is at least as bright as the magnitude. */
  SOLARIZE(0, 255, (from, to, width, height, m) -> Levels.solarize(from, to, m)),
  /** Stretches each channel to 0..255; the magnitude does nothing. */
  AUTO_CONTRAST(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY,
      (from, to, width, height, m) -> Levels.autoContrast(from, to)),
  /** Makes each channel's values equally frequent; the magnitude does nothing. */
  EQUALIZE(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, (from, to, width, height, m) -> Levels.equalize(from, to)),
  /** Turns the colour circle by this part of it. */
  HUE(-0.5, 0.5, (from, to, width, height, m) -> Colours.hue(from, to, m));

  private final double lowest;
  private final double highest;
  private final Kernel kernel;

  ImageOperation(double lowest, double highest, Kernel kernel) {
    this.lowest = lowest;
    this.highest = highest;
    this.kernel = kernel;
  }

  /**
   * The changed image, a new one but for {@link #IDENTITY}.
   *
   * @param image read as 8-bit RGB, left as it is
   * @return TYPE_INT_RGB, of the same size
   * @throws IllegalArgumentException if the operation has no such magnitude
   */
  public BufferedImage apply(BufferedImage image, double magnitude) {
    if (!(magnitude >= lowest && magnitude <= highest)) {
      throw new IllegalArgumentException(this + ": magnitude must be " + lowest + " to " + highest + ", found " + magnitude);
    }
    BufferedImage rgb = Pixels.toRgb(image);
    if (kernel == null) {
      return rgb;
    }
    BufferedImage result = new BufferedImage(rgb.getWidth(), rgb.getHeight(), BufferedImage.TYPE_INT_RGB);
    kernel.run(Pixels.of(rgb), Pixels.of(result), rgb.getWidth(), rgb.getHeight(), magnitude);
    return result;
  }

  /** Fills one array of packed 0xRRGGBB pixels, rows of {@code width}, from another. */
  private interface Kernel {
    void run(int[] from, int[] to, int width, int height, double magnitude);
  }
}
