package org.resnet4j.training.board;

/** Deeplearning4j's page can't be shown: why, and what to do about it. */
public final class DashBoardException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why. */
  public enum Kind {
    /** Its libraries aren't on the class path. */
    MISSING,
    /** Another program listens there. */
    PORT_TAKEN,
    /** This program shows it already. */
    RUNNING,
    /** The server didn't start for another reason. */
    FAILED
  }

  private final Kind kind;

  DashBoardException(Kind kind, String sentence, Throwable cause) {
    super(sentence, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
