package org.resnet4j.spark.cluster;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JVM flags as Spark's settings have them: in one line. */
final class JavaOptions {
  private static final Pattern BYTES = Pattern.compile("(\\d+)([kmgt]?)b?", Pattern.CASE_INSENSITIVE);

  private final StringBuilder line;

  JavaOptions(String line) {
    this.line = new StringBuilder(line.strip());
  }

  /** The value of a system property, if one is set. */
  static Optional<String> property(String line, String name) {
    Matcher matcher = Pattern.compile("(?:^|[\\s\"'])-D" + Pattern.quote(name) + "(?:=([^\\s\"']*))?(?=$|[\\s\"'])")
        .matcher(line);
    String value = null;
    while (matcher.find()) { // Java takes the last
      value = matcher.group(1) == null ? "" : matcher.group(1);
    }
    return Optional.ofNullable(value);
  }

  /** A size as JavaCPP reads it; empty for a share of the heap ({@code 200%}) and for what isn't a size. */
  static Optional<Long> bytes(String text) {
    Matcher matcher = BYTES.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int unit = " kmgt".indexOf(matcher.group(2).isEmpty() ? ' ' : Character.toLowerCase(matcher.group(2).charAt(0)));
    try {
      return Optional.of(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << 10 * unit));
    } catch (NumberFormatException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** Adds a system property. */
  JavaOptions with(String name, Object value) {
    line.append(line.isEmpty() ? "" : " ").append("-D").append(name).append('=').append(value);
    return this;
  }

  @Override
  public String toString() {
    return line.toString();
  }
}
