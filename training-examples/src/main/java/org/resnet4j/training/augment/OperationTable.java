package org.resnet4j.training.augment;

import static org.resnet4j.training.augment.ImageOperation.AUTO_CONTRAST;
import static org.resnet4j.training.augment.ImageOperation.BRIGHTNESS;
import static org.resnet4j.training.augment.ImageOperation.CONTRAST;
import static org.resnet4j.training.augment.ImageOperation.EQUALIZE;
import static org.resnet4j.training.augment.ImageOperation.IDENTITY;
import static org.resnet4j.training.augment.ImageOperation.POSTERIZE;
import static org.resnet4j.training.augment.ImageOperation.ROTATE;
import static org.resnet4j.training.augment.ImageOperation.SATURATION;
import static org.resnet4j.training.augment.ImageOperation.SHARPNESS;
import static org.resnet4j.training.augment.ImageOperation.SHEAR_X;
import static org.resnet4j.training.augment.ImageOperation.SHEAR_Y;
import static org.resnet4j.training.augment.ImageOperation.SOLARIZE;
import static org.resnet4j.training.augment.ImageOperation.TRANSLATE_X;
import static org.resnet4j.training.augment.ImageOperation.TRANSLATE_Y;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The operations that a policy picks from, and how strong each is at a step from 0 to {@code bins - 1}: torchvision's
 * {@code _augmentation_space}.
 *
 * @param bins steps
 * @param shear of ShearX and ShearY at the last step, as all that follow
 * @param colour of brightness, saturation, contrast and sharpness
 * @param bitsDropped by posterize, of 8
 */
record OperationTable(int bins, double shear, double translateX, double translateY, double rotate, double colour,
    int bitsDropped) {

  /** In torchvision's order. */
  static final List<ImageOperation> OPERATIONS = List.of(IDENTITY, SHEAR_X, SHEAR_Y, TRANSLATE_X, TRANSLATE_Y, ROTATE,
      BRIGHTNESS, SATURATION, CONTRAST, SHARPNESS, POSTERIZE, SOLARIZE, AUTO_CONTRAST, EQUALIZE);

  /** An operation picked, and its magnitude. */
  record Pick(ImageOperation operation, double magnitude) {
    BufferedImage apply(BufferedImage image) {
      return operation.apply(image, magnitude);
    }
  }

  /** An operation, each as likely as another, at the given step; its sign is a coin's if it has one. */
  Pick pick(ImageOperation operation, int step, RandomGenerator random) {
    double magnitude = magnitude(operation, step);
    return new Pick(operation, signed(operation) && random.nextBoolean() ? -magnitude : magnitude);
  }

  static ImageOperation anyOperation(RandomGenerator random) {
    return OPERATIONS.get(random.nextInt(OPERATIONS.size()));
  }

  static boolean signed(ImageOperation operation) {
    return switch (operation) {
      case SHEAR_X, SHEAR_Y, TRANSLATE_X, TRANSLATE_Y, ROTATE, BRIGHTNESS, SATURATION, CONTRAST, SHARPNESS -> true;
      default -> false;
    };
  }

  double magnitude(ImageOperation operation, int step) {
    return switch (operation) {
      case SHEAR_X, SHEAR_Y -> spaced(0, shear, step);
      case TRANSLATE_X -> spaced(0, translateX, step);
      case TRANSLATE_Y -> spaced(0, translateY, step);
      case ROTATE -> spaced(0, rotate, step);
      case BRIGHTNESS, SATURATION, CONTRAST, SHARPNESS -> spaced(0, colour, step);
      case POSTERIZE -> 8 - Math.rint(step / (float) ((bins - 1) / (double) bitsDropped));
      case SOLARIZE -> spaced(255, 0, step);
      case IDENTITY, AUTO_CONTRAST, EQUALIZE -> 0;
      case HUE -> throw new IllegalArgumentException("the policies have no " + operation);
    };
  }

  /**
   * torch.linspace, which counts from the nearer end, in float with one rounding of product and sum: TrivialAugment's
   * middle step of translation, 16 pixels in theory, is 15.999999 and so 15 pixels.
   */
  private double spaced(double from, double to, int step) {
    float gap = ((float) to - (float) from) / (bins - 1);
    return (float) (step < bins / 2 ? (float) from + (double) gap * step : (float) to - (double) gap * (bins - 1 - step));
  }
}
