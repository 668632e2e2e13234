package org.resnet4j.training.report;

/** A folder can't be compared; the message is a sentence that names it, what was expected and what was found. */
public final class RunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong. */
  public enum Reason {
    /** There is no such folder, or it isn't a run's. */
    NO_RUN,
    /** Its files are damaged. */
    DAMAGED
  }

  private final Reason reason;

  RunException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What is wrong. */
  public Reason reason() {
    return reason;
  }
}
