package org.resnet4j.training.data;

/** What happens to a file that can't be decoded. */
public enum OnBadImage {
  /** The run ends with a {@link DataException} that names the files. */
  FAIL,
  /** It is left out, counted and listed. */
  SKIP,
  /**
   * As SKIP, and the file moves to {@code quarantine/<data folder>/} beside the data folder, its path below it kept.
   */
  QUARANTINE
}
