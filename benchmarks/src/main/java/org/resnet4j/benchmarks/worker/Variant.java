package org.resnet4j.benchmarks.worker;

/** What makes a contender fast on some machines and slow on others: the contest tries all and takes the best. */
public enum Variant {
  /** There is nothing to choose. */
  ONLY(""),
  /** Images as [N, C, H, W] in memory. */
  CONTIGUOUS("contiguous"),
  /** Images as [N, H, W, C] in memory. */
  CHANNELS_LAST("channels last"),
  /** Activations and weights as signed bytes. */
  S8S8("s8s8"),
  /** Activations as unsigned bytes, weights as signed ones. */
  U8S8("u8s8");

  private final String label;

  Variant(String label) {
    this.label = label;
  }

  /** For the report. */
  public String label() {
    return label;
  }
}
