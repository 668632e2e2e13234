package org.resnet4j.training.recipe;

/** Where the images come from that are measured after each epoch. A dataset's own validation part comes first. */
public sealed interface Validation {

  /** So many of the training images. */
  @Kind("images")
  record Images(int count) implements Validation {
    public Images {
      Check.between("count", count, 1, 1_000_000_000);
    }
  }

  /** A share of the training images, in (0, 1). */
  @Kind("share")
  record Share(double share) implements Validation {
    public Share {
      Check.that(share > 0 && share < 1, "share", "a share above 0 and below 1", Check.plain(share));
    }
  }

  /** None of them: the test images are measured. To choose an epoch by those would flatter; see {@link Recipe.Keep}. */
  @Kind("none")
  record None() implements Validation { }
}
