package org.resnet4j.training.cli;

/** Text of strangers, such as file names, for a terminal or a log. */
public final class Printable {
  private Printable() {}

  /** The text with control characters (escape sequences, line breaks) as question marks. */
  public static String of(Object text) {
    return text.toString().replaceAll("\\p{Cc}", "?");
  }
}
