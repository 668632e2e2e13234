package org.resnet4j.benchmarks.worker;

/** What contenders do with a network. */
public enum Job {
  /** Softmax probabilities of a batch of images. */
  INFERENCE("inference"),
  /** A step of training on a batch of images: forward and backward pass, and update. */
  TRAINING("training");

  private final String label;

  Job(String label) {
    this.label = label;
  }

  /** For sentences. */
  public String label() {
    return label;
  }
}
