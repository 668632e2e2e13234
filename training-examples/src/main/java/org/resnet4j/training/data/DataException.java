package org.resnet4j.training.data;

/** Data that can't be trained on: where, why, and what to do about it. */
public final class DataException extends RuntimeException {

  /** Why. */
  public enum Kind {
    NO_FOLDER, NOT_A_FOLDER, NO_CLASSES, NO_IMAGES, EMPTY_CLASS, ONE_CLASS, CLASS_NAME, UNKNOWN_CLASS, AMBIGUOUS_SPLIT,
    TOO_FEW_TO_SPLIT, BAD_IMAGE,
    /** The file system refused. */
    UNREADABLE,
    /** The waiting thread was interrupted. */
    INTERRUPTED
  }

  private final Kind kind;

  DataException(Kind kind, String sentence, Throwable cause) {
    super(sentence, cause);
    this.kind = kind;
  }

  DataException(Kind kind, String sentence) {
    this(kind, sentence, null);
  }

  public Kind kind() {
    return kind;
  }
}
