package org.resnet4j.benchmarks.worker;

/** What contenders do with a network. */
public enum Job {
  /** Softmax probabilities of a batch of images. */
  INFERENCE,
  /** A step of training on a batch of images. */
  TRAINING
}
