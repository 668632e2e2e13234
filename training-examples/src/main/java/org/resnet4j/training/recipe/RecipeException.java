package org.resnet4j.training.recipe;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A recipe that can't be used: where, what was expected, what was found, what to do. Its message is one sentence for a
 * person.
 */
public final class RecipeException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int LONGEST_QUOTE = 80;

  /** What is wrong, and what to do about it. */
  public enum Reason {
    UNKNOWN_RECIPE("Take one of these, or name a file that ends in .yaml."),
    UNREADABLE("Check the path and its permissions."),
    TOO_LARGE("A recipe is a page of text: is this another file?"),
    NOT_TEXT("Save it as UTF-8."),
    SYNTAX("Look for an indent, a colon or a quote near that line."),
    REFERENCE("Write the value out where it is used."),
    UNKNOWN_FIELD("Correct or remove it."),
    FIELD_TWICE("Remove one of them."),
    MISSING_FIELD("Add it."),
    NO_SUCH_VERTEX("Take one that `summary` shows."),
    WRONG_TYPE("Correct the value."),
    OUT_OF_RANGE("Correct the value.");

    private final String advice;

    Reason(String advice) {
      this.advice = advice;
    }
  }

  private final Reason reason;
  private final String where;
  private final int line;
  private final String field;
  private final String expected;
  private final String found;

  RecipeException(Reason reason, String field, String expected, String found) {
    this(reason, null, 0, field, expected, found);
  }

  private RecipeException(Reason reason, String where, int line, String field, String expected, String found) {
    super(message(reason, where, line, field, expected, found));
    this.reason = reason;
    this.where = where;
    this.line = line;
    this.field = field;
    this.expected = expected;
    this.found = found;
  }

  /** At a line, counted from 1. */
  RecipeException(Reason reason, int line, String field, String expected, String found) {
    this(reason, null, line, field, expected, found);
  }

  /** The same, in a file or resource. */
  RecipeException in(String file) {
    return from(new RecipeException(reason, file, line, field, expected, found));
  }

  /** The same, in a field of the given path; at that line if none is known yet. */
  RecipeException inside(String path, int ofLine) {
    String inner = field.isEmpty() || path.isEmpty() || field.startsWith("[") ? path + field : path + "." + field;
    return from(new RecipeException(reason, where, line == 0 ? ofLine : line, inner, expected, found));
  }

  private RecipeException from(RecipeException moreExact) {
    moreExact.setStackTrace(getStackTrace());
    return moreExact;
  }

  private static String message(Reason reason, String where, int line, String field, String expected, String found) {
    StringBuilder message = new StringBuilder("Recipe");
    message.append(where == null ? "" : " " + where).append(line == 0 ? "" : ", line " + line)
        .append(field.isEmpty() ? "" : ", " + field);
    return message + ": expected " + expected + ", found " + found + ". " + reason.advice;
  }

  /** A text from a file, short and on one line. */
  static String quote(String text) {
    String line = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return "\"" + line.replaceAll("\\p{Cntrl}", " ") + "\"";
  }

  public Reason reason() {
    return reason;
  }

  /** The file or the recipe's name; empty where the recipe was made by a program. */
  public Optional<String> where() {
    return Optional.ofNullable(where);
  }

  /** The line, from 1. */
  public OptionalInt line() {
    return line == 0 ? OptionalInt.empty() : OptionalInt.of(line);
  }

  /** The path of the field, such as {@code phases[1].rate.peak}; empty for the whole. */
  public String field() {
    return field;
  }

  public String expected() {
    return expected;
  }

  public String found() {
    return found;
  }
}
