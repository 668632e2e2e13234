package org.resnet4j.modelexport;

/**
 * A network that can't go out, in one sentence: which of its parts, what was expected, what was found, and what to do.
 * No file was written or changed.
 */
public abstract sealed class ExportException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int LONGEST_QUOTE = 120;

  private final String object;

  private ExportException(String object, String expected, String found, String remedy, Throwable cause) {
    super("%s: expected %s, found %s. %s".formatted(object, expected, found, remedy), cause);
    this.object = object;
  }

  /** The vertex, input or file. */
  public String object() {
    return object;
  }

  /** A name, safe for a terminal: quoted, without control characters, cut when long. */
  public static String quote(String text) {
    String cut = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return '"' + cut.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?") + '"';
  }

  /** A layer, or an option of one, that the format can't hold or this exporter doesn't know. */
  public static final class UnsupportedLayer extends ExportException {
    private static final long serialVersionUID = 1;

    public UnsupportedLayer(String vertex, String expected, String found) {
      super("vertex " + quote(vertex), expected, found, "Replace it by layers that can go out.", null);
    }
  }

  /** An input whose number of axes nothing in the network tells. */
  public static final class UnknownInput extends ExportException {
    private static final long serialVersionUID = 1;

    public UnknownInput(String input, String expected, String found) {
      super("input " + quote(input), expected, found, "Name the input's shape.", null);
    }
  }

  /** More than the format holds in one file. */
  public static final class TooLarge extends ExportException {
    private static final long serialVersionUID = 1;

    public TooLarge(String object, String expected, String found) {
      super(object, expected, found, "Write the weights alone, as safetensors.", null);
    }
  }

  /** The file can't be written. */
  public static final class NotWritten extends ExportException {
    private static final long serialVersionUID = 1;

    public NotWritten(String file, Throwable cause) {
      super(quote(file), "a file that can be written", String.valueOf(cause),
          "Check the path, its permissions and the free space.", cause);
    }
  }
}
