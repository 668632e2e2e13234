package org.resnet4j.zoo.image;

import java.io.IOException;

/** An image that can't become pixels: which one, why, and what to do about it. */
public final class ImageException extends RuntimeException {

  /** Why. */
  public enum Kind {
    /** Zero bytes. */
    EMPTY,
    /** The first bytes are of no image format. */
    NOT_AN_IMAGE,
    /** The file ends before the image does. */
    TRUNCATED,
    /** An image of a format or kind that isn't read here. */
    UNSUPPORTED,
    /** More bytes or pixels than the limit, or than the heap holds. */
    TOO_LARGE,
    /** Of a known format, but the content contradicts itself. */
    DAMAGED,
    /** The file system refused to hand it out. */
    UNREADABLE
  }

  private final Kind kind;
  private final String where;

  ImageException(Kind kind, String where, String sentence, Throwable cause) {
    super(where + ": " + sentence, cause);
    this.kind = kind;
    this.where = where;
  }

  ImageException(Kind kind, String where, String sentence) {
    this(kind, where, sentence, null);
  }

  /** An image that a file system refuses to hand out. */
  public static ImageException unreadable(String where, IOException cause) {
    return new ImageException(Kind.UNREADABLE, where, "cannot be read (" + cause.getClass().getSimpleName()
        + "): does it exist, and may this user read it?", cause);
  }

  public Kind kind() {
    return kind;
  }

  /** The file, or the name that the caller gave to the bytes. */
  public String where() {
    return where;
  }

  /** The message without {@link #where()}. */
  public String reason() {
    return getMessage().substring(where.length() + 2);
  }
}
