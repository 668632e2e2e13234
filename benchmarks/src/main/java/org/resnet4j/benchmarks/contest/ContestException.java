package org.resnet4j.benchmarks.contest;

/** The whole contest can't go on; the message is the sentence that the user reads. */
final class ContestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ContestException(String message) {
    super(message);
  }
}
