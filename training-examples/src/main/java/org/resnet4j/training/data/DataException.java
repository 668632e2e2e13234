package org.resnet4j.training.data;

/** Data that can't be trained on: where, why, and what to do about it. */
public final class DataException extends RuntimeException {

  /** Why. */
  public enum Kind {
    NO_FOLDER, NOT_A_FOLDER, NO_CLASSES, NO_IMAGES, EMPTY_CLASS, ONE_CLASS, CLASS_NAME, UNKNOWN_CLASS, AMBIGUOUS_SPLIT,
    TOO_FEW_TO_SPLIT, BAD_IMAGE,
    /** Neither a name of a data set nor a file or folder of a known kind. */
    UNKNOWN_DATA,
    /** A data set's file is not what its format says. */
    BAD_FILE,
    /** A published data set is neither in the cache nor can it be fetched. */
    NOT_AVAILABLE,
    /** Nothing to validate on. */
    NO_VALIDATION,
    /** Larger than what is kept in memory. */
    TOO_LARGE,
    /** The file system refused. */
    UNREADABLE,
    /** The waiting thread was interrupted. */
    INTERRUPTED
  }

  private final Kind kind;

  /** @param sentence what, where, expected, found, what to do */
  public DataException(Kind kind, String sentence, Throwable cause) {
    super(sentence, cause);
    this.kind = kind;
  }

  /** Without a cause. */
  public DataException(Kind kind, String sentence) {
    this(kind, sentence, null);
  }

  public Kind kind() {
    return kind;
  }
}
