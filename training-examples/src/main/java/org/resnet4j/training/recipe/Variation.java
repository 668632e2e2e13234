package org.resnet4j.training.recipe;

import java.util.Optional;

/**
 * How training images are varied.
 *
 * @param flip half of the images are mirrored left to right
 * @param trivialAugment Müller and Hutter, arXiv:2103.10158; not with {@code randAugment}
 * @param randAugment Cubuk and others, arXiv:1909.13719
 * @param randomErasing the probability that a rectangle is erased (Zhong and others, arXiv:1708.04896)
 * @param mixup alpha of the distribution of shares (Zhang and others, arXiv:1710.09412); 0: none
 * @param cutmix alpha of the distribution of areas (Yun and others, arXiv:1905.04899); 0: none. With mixup, each batch
 *     has one of the two, with equal probability
 */
public record Variation(@Default("none") Crop crop, @Default("false") boolean flip,
                        @Default("false") boolean trivialAugment, @Default("none") Optional<RandAugment> randAugment,
                        @Default("none") Optional<ColourJitter> colourJitter, @Default("0") double randomErasing,
                        @Default("0") double mixup, @Default("0") double cutmix) {
  /** The image as in evaluation. */
  public static final Variation NONE =
      new Variation(new Crop.None(), false, false, Optional.empty(), Optional.empty(), 0, 0, 0);
  private static final double HIGHEST_ALPHA = 100;

  public Variation {
    Check.that(!trivialAugment || randAugment.isEmpty(), "trivialAugment", "only one of TrivialAugment and RandAugment",
        "both");
    Check.from0("randomErasing", randomErasing, 1);
    Check.from0("mixup", mixup, HIGHEST_ALPHA);
    Check.from0("cutmix", cutmix, HIGHEST_ALPHA);
  }

  /** A crop, and half of the images mirrored. */
  public static Variation cropAndFlip(Crop crop) {
    return new Variation(crop, true, false, Optional.empty(), Optional.empty(), 0, 0, 0);
  }

  /** The part of an image that is taken. */
  public sealed interface Crop {
    /** All of it, as in evaluation. */
    @Kind("none")
    record None() implements Crop { }

    /** A crop of the same size out of the image with so many black pixels around it (He et al. 2015, 4.2). */
    @Kind("pad")
    record Pad(int pixels) implements Crop {
      public Pad {
        Check.between("pixels", pixels, 1, 1000);
      }
    }

    /**
     * A box of random area and aspect ratio, resized (Szegedy and others, arXiv:1409.4842; torchvision's
     * {@code RandomResizedCrop}).
     *
     * @param leastArea the smallest share of the image's area, in (0, 1]
     */
    @Kind("resized")
    record Resized(@Default("0.08") double leastArea) implements Crop {
      public Resized {
        Check.above0("leastArea", leastArea, 1);
      }
    }
  }

  /**
   * So many operations of one strength.
   *
   * @param operations one after the other
   * @param magnitude from 0 to 30, torchvision's scale of 31 bins
   */
  public record RandAugment(@Default("2") int operations, @Default("9") int magnitude) {
    public RandAugment {
      Check.between("operations", operations, 1, 10);
      Check.between("magnitude", magnitude, 0, 30);
    }
  }

  /** The widths of the random factors around 1, as torchvision's {@code ColorJitter}; the hue's in turns, to 0.5. */
  public record ColourJitter(@Default("0") double brightness, @Default("0") double contrast,
                             @Default("0") double saturation, @Default("0") double hue) {
    public ColourJitter {
      Check.from0("brightness", brightness, 10);
      Check.from0("contrast", contrast, 10);
      Check.from0("saturation", saturation, 10);
      Check.from0("hue", hue, 0.5);
    }
  }
}
