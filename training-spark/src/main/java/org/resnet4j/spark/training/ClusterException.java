package org.resnet4j.spark.training;

/** What a cluster can't do as it is asked; the message is a sentence with what was expected and found, and what to do. */
public final class ClusterException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ClusterException(String message) {
    super(message);
  }
}
