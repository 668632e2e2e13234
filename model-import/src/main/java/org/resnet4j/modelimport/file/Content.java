package org.resnet4j.modelimport.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import org.resnet4j.modelimport.ModelImportException;

/** What a file is, by its first bytes; its name says nothing. */
enum Content {
  HDF5("an HDF5 file", "\u0089HDF\r\n\u001a\n"),
  ZIP("a zip archive", "PK\u0003\u0004"),
  EMPTY_ZIP("a zip archive without entries", "PK\u0005\u0006"),
  GZIP("a gzip file: unpack it first", "\u001f\u008b"),
  BZIP2("a bzip2 file: unpack it first", "BZh"),
  XZ("an xz file: unpack it first", "\u00fd7zXZ"),
  ZSTANDARD("a Zstandard file: unpack it first", "(\u00b5/\u00fd"),
  NPY("a single NumPy array (.npy)", "\u0093NUMPY"),
  PICKLE("a Python pickle, which is never read: it could run code", "\u0080\u0002", "\u0080\u0003", "\u0080\u0004",
      "\u0080\u0005"),
  PNG("a PNG image", "\u0089PNG"),
  JPEG("a JPEG image", "\u00ff\u00d8\u00ff"),
  PDF("a PDF document", "%PDF"),
  GIT_LFS("a Git LFS pointer instead of the file: run \"git lfs pull\"", "version https://git-lfs"),
  HTML("a web page (HTML) instead of the file: download it again"),
  JSON("JSON text, as of an architecture without weights"),
  TAR("a tar archive: unpack it first"),
  TEXT("text"),
  EMPTY("an empty file"),
  UNKNOWN("bytes of no known kind");

  /** As many bytes as tell them apart. */
  static final int HEAD = 512;

  private static final int TAR_MAGIC = 257;

  private final String description;
  private final String[] beginnings;

  Content(String description, String... beginnings) {
    this.description = description;
    this.beginnings = beginnings;
  }

  static Content of(byte[] head) {
    String text = new String(head, ISO_8859_1);
    for (Content content : values()) {
      for (String beginning : content.beginnings) {
        if (text.startsWith(beginning)) {
          return content;
        }
      }
    }
    String begin = text.strip().toLowerCase(Locale.ROOT);
    if (head.length == 0) {
      return EMPTY;
    } else if (begin.startsWith("<!doctype html") || begin.startsWith("<html")) {
      return HTML;
    } else if (text.startsWith("ustar", TAR_MAGIC)) {
      return TAR;
    } else if (text.chars().anyMatch(c -> c < ' ' && "\t\r\n\f".indexOf(c) < 0) || !isUtf8(head)) {
      return UNKNOWN;
    }
    return begin.startsWith("{") ? JSON : TEXT;
  }

  /** The last character may be cut. */
  private static boolean isUtf8(byte[] head) {
    String text = new String(head, UTF_8);
    int malformed = text.indexOf(UTF_8.newDecoder().replacement());
    return malformed < 0 || malformed >= text.length() - 3;
  }

  /** For the {@code found} of an exception. */
  static String describe(byte[] head) {
    Content content = of(head);
    return content != TEXT ? content.description
        : content.description + " that begins with " + ModelImportException.quote(firstLine(head));
  }

  private static String firstLine(byte[] head) {
    return new String(head, UTF_8).lines().findFirst().orElse("");
  }
}
