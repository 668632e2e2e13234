package org.resnet4j.benchmarks.worker;

/** What a contender computes in. */
public enum NumberType {
  F32("f32", 1e-3, 5e-3),
  BF16("bf16", 0.2, 0.03),
  INT8("int8", 0.5, 0);

  private final String label;
  private final double ofOutputs;
  private final double ofLosses;

  NumberType(String label, double ofOutputs, double ofLosses) {
    this.label = label;
    this.ofOutputs = ofOutputs;
    this.ofLosses = ofLosses;
  }

  /** As in contenders' names. */
  public String label() {
    return label;
  }

  /**
   * How far outputs may be from Deeplearning4j's, as a part of its largest: another network's are 1 away; and how far
   * the losses of training's first steps, as parts of its.
   */
  public double tolerance(Job job) {
    return switch (job) {
      case INFERENCE -> ofOutputs;
      case TRAINING -> ofLosses;
    };
  }
}
