package org.resnet4j.training.report;

/** Text made safe for a page: names of folders and files are strangers' words. */
final class Html {
  private Html() {}

  /** The text without what could start markup or leave an attribute; control characters become U+FFFD. */
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> {
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.appendCodePoint(Character.isISOControl(c) || isBidiOrSurrogate(c) ? 0xFFFD : c);
      }
    });
    return out.toString();
  }

  /** A lone surrogate can't be written as UTF-8; direction overrides would reorder the rest of the line. */
  private static boolean isBidiOrSurrogate(int c) {
    return (c >= 0xD800 && c <= 0xDFFF) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  }
}
