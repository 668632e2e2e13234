package org.resnet4j.benchmarks.scaling;

/** What workers send to be averaged. */
public enum Averaging {
  /** At each step; momentum is the driver's. */
  GRADIENTS,
  /** Every so many steps, and momentum with them. */
  PARAMETERS
}
