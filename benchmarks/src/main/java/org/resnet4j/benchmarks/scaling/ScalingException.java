package org.resnet4j.benchmarks.scaling;

/** Constants that no cluster can have, or a file of no use; the message is the sentence that the user reads. */
public final class ScalingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ScalingException(String message) {
    super(message);
  }
}
