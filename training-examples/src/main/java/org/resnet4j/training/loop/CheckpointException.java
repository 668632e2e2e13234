package org.resnet4j.training.loop;

/** A checkpoint can't be written, or none of those that are there can be gone on from. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
