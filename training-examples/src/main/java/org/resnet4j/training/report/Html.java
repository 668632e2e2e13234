package org.resnet4j.training.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** The pieces of a self-contained page. Text is made safe: names of folders and files are strangers' words. */
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

  /**
   * A whole page. Its policy allows nothing from outside and no script but ours, whatever a name may smuggle in.
   *
   * @param body markup
   */
  static String page(String title, String body) throws IOException {
    String script = resource("report.js");
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src"
        + " 'unsafe-inline'; script-src 'sha256-" + sha256(script) + "'\">"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        + "<meta name=\"color-scheme\" content=\"light dark\">"
        + "<title>" + escape(title) + "</title>\n<style>\n" + resource("report.css") + "</style></head>\n<body><main>\n"
        + body + "</main><script>" + script + "</script></body></html>\n";
  }

  /** A section with a heading, which links find by {@code id}. */
  static String section(String id, String title, String html) {
    return "<section id=\"" + id + "\"><h2>" + escape(title) + "</h2>" + html + "</section>\n";
  }

  /** Names and values. */
  static String pairs(Map<String, String> entries) {
    return entries.entrySet().stream()
        .map(e -> "<tr><th scope=\"row\">" + escape(e.getKey()) + "</th><td>" + escape(e.getValue()) + "</td></tr>")
        .collect(Collectors.joining("", "<table class=\"pairs\">", "</table>"));
  }

  /** A table that a click on a heading sorts, where scripts run. */
  static String table(List<String> head, List<List<String>> rows) {
    return rawTable(head, rows.stream().map(row -> row.stream().map(cell -> "<td>" + escape(cell) + "</td>").toList())
        .toList());
  }

  /** The same from cells that are markup, {@code td} and all. */
  static String rawTable(List<String> head, List<List<String>> rows) {
    StringBuilder html = new StringBuilder("<div class=\"long\" tabindex=\"0\"><table class=\"sortable\"><thead><tr>");
    head.forEach(h -> html.append("<th scope=\"col\">").append(escape(h)).append("</th>"));
    html.append("</tr></thead><tbody>");
    for (List<String> row : rows) {
      html.append("<tr>").append(String.join("", row)).append("</tr>");
    }
    return html.append("</tbody></table></div>").toString();
  }

  /** A cell with a bar as long as the share, which is from 0 to 1 or not a number. */
  static String share(double share) {
    return Double.isNaN(share) ? "<td>–</td>"
        : "<td class=\"bar\" style=\"--share:" + number("%.3f", share) + "\">" + percent(share) + "</td>";
  }

  /** Lines as they are, in a box that scrolls. */
  static String verbatim(String text) {
    return text.lines().map(line -> escape(line.replace("\t", "    ")))
        .collect(Collectors.joining("\n", "<pre tabindex=\"0\">", "</pre>"));
  }

  /** A picture in the colours that the reader prefers, {@link Chart#SCALE} of its pixels a unit of the page. */
  static String picture(String alternative, String style, BufferedImage light, BufferedImage dark) throws IOException {
    return "<picture><source media=\"(prefers-color-scheme: dark)\" srcset=\"" + dataUri("png", dark)
        + "\"><img class=\"" + style + "\" alt=\"" + escape(alternative) + "\" width=\""
        + light.getWidth() / Chart.SCALE + "\" height=\""
        + light.getHeight() / Chart.SCALE + "\" src=\"" + dataUri("png", light) + "\"></picture>";
  }

  /** @param format png or jpeg */
  static String dataUri(String format, BufferedImage picture) throws IOException {
    return "data:image/" + format + ";base64," + Base64.getEncoder().encodeToString(encoded(format, picture));
  }

  static byte[] encoded(String format, BufferedImage picture) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, format, bytes);
    return bytes.toByteArray();
  }

  static String percent(double share) {
    return Double.isNaN(share) ? "–" : number("%.1f\u00a0%%", 100 * share);
  }

  /** The number, or a dash where there is none. */
  static String given(String format, double value) {
    return Double.isNaN(value) ? "–" : number(format, value);
  }

  static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Html.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String sha256(String script) {
    try {
      return Base64.getEncoder().encodeToString(
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
