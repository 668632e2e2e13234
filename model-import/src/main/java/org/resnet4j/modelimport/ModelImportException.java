package org.resnet4j.modelimport;

/**
 * A model file that can't be imported, in one sentence: the file, the object within it, what was expected, what was
 * found, and what to do. Each kind of failure is a subclass. Nothing was written or changed.
 */
public abstract sealed class ModelImportException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int LONGEST_QUOTE = 120;

  private final String object;
  private final String expected;
  private final String found;
  private final String remedy;
  private String file;

  private ModelImportException(String object, String expected, String found, String remedy, Throwable cause) {
    super(null, cause);
    this.object = object;
    this.expected = expected;
    this.found = found;
    this.remedy = remedy;
  }

  /** This exception, which now names the file it is about unless it named one already. */
  public ModelImportException in(Object path) {
    if (file == null) {
      file = String.valueOf(path);
    }
    return this;
  }

  /** The file; null where the model didn't come from one. */
  public String file() {
    return file;
  }

  /** The path of the group, dataset, attribute, zip entry or layer within the file; empty for the file as a whole. */
  public String object() {
    return object;
  }

  public String expected() {
    return expected;
  }

  public String found() {
    return found;
  }

  public String remedy() {
    return remedy;
  }

  @Override
  public String getMessage() {
    String where = file == null ? object : object.isEmpty() ? file : file + ", " + object;
    return "%s: expected %s, found %s. %s".formatted(where.isEmpty() ? "The model" : where, expected, found, remedy);
  }

  /** Text from a file, safe for a terminal: quoted, without control characters, cut when long. */
  public static String quote(String text) {
    String cut = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return '"' + cut.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?") + '"';
  }

  /** The file can't be opened or read, or changed while it was read. */
  public static final class Unreadable extends ModelImportException {
    private static final long serialVersionUID = 1;

    public Unreadable(String object, String expected, String found, Throwable cause) {
      super(object, expected, found, "Name a regular file that you may read and that nothing is writing to.", cause);
    }
  }

  /** The file is of a kind that this importer doesn't read. */
  public static final class WrongFormat extends ModelImportException {
    private static final long serialVersionUID = 1;

    public WrongFormat(String object, String expected, String found, String remedy) {
      super(object, expected, found, remedy, null);
    }

    public WrongFormat(String object, String expected, String found) {
      this(object, expected, found, "Save the model with Keras as .h5 or .keras and name that file.");
    }
  }

  /** The file's bytes contradict its format. */
  public static final class Damaged extends ModelImportException {
    private static final long serialVersionUID = 1;

    public Damaged(String object, String expected, String found, Throwable cause) {
      super(object, expected, found, "The file is damaged: fetch or save it again.", cause);
    }
  }

  /** The file reaches outside itself, asks for code to be run, or hides data in a way that its framework never does. */
  public static final class Unsafe extends ModelImportException {
    private static final long serialVersionUID = 1;

    public Unsafe(String object, String expected, String found, String remedy) {
      super(object, expected, found, remedy, null);
    }

    public Unsafe(String object, String expected, String found) {
      this(object, expected, found, "Keras writes no such file: don't trust it; save the model again.");
    }
  }

  /** Something is larger, deeper or more numerous than any such model's. */
  public static final class TooLarge extends ModelImportException {
    private static final long serialVersionUID = 1;

    public TooLarge(String object, String expected, String found) {
      super(object, expected, found, "No network of this kind needs that much: check where the file comes from.", null);
    }
  }

  /** The file holds weights without an architecture, or an architecture without weights. */
  public static final class Incomplete extends ModelImportException {
    private static final long serialVersionUID = 1;

    public Incomplete(String object, String expected, String found, String remedy) {
      super(object, expected, found, remedy, null);
    }
  }

  /** The configuration isn't Keras's, or contradicts itself. */
  public static final class InvalidConfiguration extends ModelImportException {
    private static final long serialVersionUID = 1;

    public InvalidConfiguration(String object, String expected, String found, Throwable cause) {
      super(object, expected, found, "The configuration is damaged: save the model again with Keras.", cause);
    }

    public InvalidConfiguration(String object, String expected, String found) {
      this(object, expected, found, null);
    }
  }

  /** A layer, or an option of one, that this importer can't do. */
  public static final class UnsupportedLayer extends ModelImportException {
    private static final long serialVersionUID = 1;

    public UnsupportedLayer(String object, String expected, String found, String remedy) {
      super(object, expected, found, remedy, null);
    }

    public UnsupportedLayer(String object, String expected, String found) {
      this(object, expected, found, "Replace the layer in Keras by supported ones and save the model again.");
    }
  }

  /** A layer's weights are missing, or weights are left over. */
  public static final class WeightsDiffer extends ModelImportException {
    private static final long serialVersionUID = 1;

    public WeightsDiffer(String object, String expected, String found, String remedy) {
      super(object, expected, found, remedy, null);
    }

    public WeightsDiffer(String object, String expected, String found) {
      this(object, expected, found, "The weights are another model's or incomplete: save model and weights together.");
    }
  }

  /** A tensor has another shape than its layer. */
  public static final class ShapeDiffers extends ModelImportException {
    private static final long serialVersionUID = 1;

    public ShapeDiffers(String object, String expected, String found, String remedy) {
      super(object, expected, found, remedy, null);
    }

    public ShapeDiffers(String object, String expected, String found) {
      this(object, expected, found, "The weights are another model's: name the architecture that they belong to.");
    }
  }

  /** A tensor holds a value that no network can use. */
  public static final class InvalidValue extends ModelImportException {
    private static final long serialVersionUID = 1;

    public InvalidValue(String object, String expected, String found) {
      super(object, expected, found, "Training diverged or the file is damaged: take an earlier one.", null);
    }
  }

  /** A tensor's element type isn't a real number's. */
  public static final class UnsupportedType extends ModelImportException {
    private static final long serialVersionUID = 1;

    public UnsupportedType(String object, String expected, String found) {
      super(object, expected, found, "Save the weights as float32.", null);
    }
  }
}
