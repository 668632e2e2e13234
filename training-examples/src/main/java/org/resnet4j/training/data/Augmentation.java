package org.resnet4j.training.data;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.zoo.image.Interpolation;
import org.resnet4j.zoo.image.Preprocessing;

/** How a training image is varied: a random crop first, then {@link AugmentationStep}s. */
public interface Augmentation {

  /** The image as in evaluation. */
  Augmentation NONE = new None();
  /** Inception's and torchvision's for ImageNet: 8 % to all of the area, aspect ratio 3/4 to 4/3; a flip. */
  Augmentation RANDOM_RESIZED_CROP = new ResizedCrop(0.08, 1, 3 / 4.0, 4 / 3.0).then(HorizontalFlip.HALF_THE_TIME);
  /** Gentler, for fine-tuning on few photos: 35 % to all of the area; a flip. */
  Augmentation FINE_TUNE_CROP = new ResizedCrop(0.35, 1, 3 / 4.0, 4 / 3.0).then(HorizontalFlip.HALF_THE_TIME);
  /** For CIFAR (He et al. 2015, 4.2): 4 pixels of padding on each side, a random crop; a flip. */
  Augmentation PAD_AND_CROP = new PadAndCrop(4).then(HorizontalFlip.HALF_THE_TIME);

  /** What does not change from epoch to epoch, and so may be kept instead of decoded again. */
  BufferedImage prepare(BufferedImage decoded, Preprocessing preprocessing);

  /** The network's height x width out of a prepared image, by the generator's draws alone. */
  BufferedImage vary(BufferedImage prepared, Preprocessing preprocessing, RandomGenerator random);

  /**
   * Changes the varied image's normalised values in place, after {@link #vary} and with the same generator.
   *
   * @param values holds them from {@code offset}, [C, H, W] or [H, W, C] as the format says
   */
  default void finish(float[] values, int offset, Preprocessing preprocessing, CNN2DFormat format,
      RandomGenerator random) { }

  /** This, and then the step; both draw from the one generator in turn. */
  default Augmentation then(AugmentationStep step) {
    return new Then(this, step);
  }

  /** See {@link #then}. */
  record Then(Augmentation first, AugmentationStep step) implements Augmentation {
    public Then {
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(step, "step");
    }

    @Override public BufferedImage prepare(BufferedImage decoded, Preprocessing preprocessing) {
      return first.prepare(decoded, preprocessing);
    }

    @Override public BufferedImage vary(BufferedImage prepared, Preprocessing preprocessing, RandomGenerator random) {
      return step.vary(first.vary(prepared, preprocessing, random), random);
    }

    @Override public void finish(float[] values, int offset, Preprocessing preprocessing, CNN2DFormat format,
        RandomGenerator random) {
      first.finish(values, offset, preprocessing, format, random);
      step.finish(values, offset, preprocessing, format, random);
    }
  }

  /** See {@link #NONE}. */
  record None() implements Augmentation {
    @Override public BufferedImage prepare(BufferedImage decoded, Preprocessing preprocessing) {
      return preprocessing.fit(decoded);
    }

    @Override public BufferedImage vary(BufferedImage prepared, Preprocessing preprocessing, RandomGenerator random) {
      return prepared;
    }
  }

  /**
   * A box of random area and aspect ratio (width / height), resized to the network's size. torchvision's
   * {@code RandomResizedCrop}: ten tries to draw a box that fits, else the largest centred one of a legal ratio.
   */
  record ResizedCrop(double minScale, double maxScale, double minRatio, double maxRatio) implements Augmentation {
    private static final int TRIES = 10;

    public ResizedCrop {
      if (!(minScale > 0 && minScale <= maxScale && maxScale <= 1 && minRatio > 0 && minRatio <= maxRatio
          && maxRatio < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("a random crop needs 0 < scale from <= to <= 1 and 0 < ratio from <= to, found "
            + minScale + " to " + maxScale + " and " + minRatio + " to " + maxRatio);
      }
    }

    @Override public BufferedImage prepare(BufferedImage decoded, Preprocessing preprocessing) {
      return decoded;
    }

    @Override public BufferedImage vary(BufferedImage prepared, Preprocessing preprocessing, RandomGenerator random) {
      Rectangle box = box(prepared.getWidth(), prepared.getHeight(), random);
      return preprocessing.interpolation() == Interpolation.BILINEAR
          ? PackedResize.resize(prepared, box, preprocessing.width(), preprocessing.height())
          : preprocessing.interpolation().resize(prepared, box, preprocessing.width(), preprocessing.height());
    }

    Rectangle box(int width, int height, RandomGenerator random) {
      double area = (double) width * height;
      for (int i = 0; i < TRIES; i++) {
        double boxArea = area * uniform(minScale, maxScale, random);
        double ratio = Math.exp(uniform(Math.log(minRatio), Math.log(maxRatio), random));
        long w = Math.round(Math.sqrt(boxArea * ratio));
        long h = Math.round(Math.sqrt(boxArea / ratio));
        if (w >= 1 && w <= width && h >= 1 && h <= height) {
          return new Rectangle(random.nextInt((int) (width - w + 1)), random.nextInt((int) (height - h + 1)), (int) w,
              (int) h);
        }
      }
      double ratio = Math.max(minRatio, Math.min(maxRatio, (double) width / height));
      int w = (int) Math.max(1, Math.min(width, Math.round(height * ratio)));
      int h = (int) Math.max(1, Math.min(height, Math.round(width / ratio)));
      return new Rectangle((width - w) / 2, (height - h) / 2, w, h);
    }

    private static double uniform(double from, double to, RandomGenerator random) {
      return from + (to - from) * random.nextDouble();
    }
  }

  /** The image at the network's size, black padding around it, a crop of the network's size. */
  record PadAndCrop(int padding) implements Augmentation {
    public PadAndCrop {
      if (padding < 0 || padding > Preprocessing.MAX_SIDE) {
        throw new IllegalArgumentException("padding must be 0 to " + Preprocessing.MAX_SIDE + " pixels, found "
            + padding);
      }
    }

    @Override public BufferedImage prepare(BufferedImage decoded, Preprocessing preprocessing) {
      return preprocessing.fit(decoded);
    }

    @Override public BufferedImage vary(BufferedImage prepared, Preprocessing preprocessing, RandomGenerator random) {
      return Pictures.shifted(prepared, random.nextInt(2 * padding + 1) - padding,
          random.nextInt(2 * padding + 1) - padding);
    }
  }
}
