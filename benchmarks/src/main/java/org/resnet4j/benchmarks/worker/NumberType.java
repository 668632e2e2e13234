package org.resnet4j.benchmarks.worker;

/** What a contender computes in. */
public enum NumberType {
  F32("f32", 1e-3),
  BF16("bf16", 0.2),
  INT8("int8", 0.5);

  private final String label;
  private final double tolerance;

  NumberType(String label, double tolerance) {
    this.label = label;
    this.tolerance = tolerance;
  }

  /** As in contenders' names. */
  public String label() {
    return label;
  }

  /** How far outputs may be from Deeplearning4j's, as a part of its largest; another network's are 1 away. */
  public double tolerance() {
    return tolerance;
  }
}
