package org.resnet4j.benchmarks.worker;

/** Where training's batches come from. */
public enum Pipeline {
  /** One batch, which is in memory. */
  OFF,
  /** Image files, decoded, cropped, mirrored and normalised while the step before is computed. */
  ON
}
