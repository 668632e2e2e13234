package org.resnet4j.zoo.weights;

/**
 * A weights file, a saved model or a set of tensors that can't be used; nothing was changed.
 *
 * <p>The message says where, what, what was expected, what was found, and what to do.
 */
public final class WeightsException extends RuntimeException {

  /** What is wrong, and what to do about it. */
  public enum Reason {
    INPUT_OUTPUT("can't be read or written", "Check the path, its permissions and the free space."),
    NOT_A_FILE("is no regular file", "Name the file itself."),
    TOO_SHORT("is too short for a safetensors file", Advice.DAMAGED),
    HEADER_LENGTH("has a safetensors header of an impossible length", Advice.DAMAGED),
    HEADER_JSON("has a safetensors header that isn't strict JSON", Advice.DAMAGED),
    HEADER_FIELD("has a safetensors header of another structure", Advice.DAMAGED),
    TOO_MANY_TENSORS("holds too many tensors", Advice.DAMAGED),
    ELEMENT_TYPE_UNKNOWN("has a tensor of an unknown element type", "Convert the tensor to F32."),
    ELEMENT_TYPE_NOT_READABLE("has a tensor whose element type can't be read this way", "Convert the tensor to F32."),
    TENSOR_SIZE("has a tensor whose bytes don't match its shape", Advice.DAMAGED),
    TENSOR_OFFSETS("has tensors that overlap, leave a hole or leave the file", Advice.DAMAGED),
    NO_SUCH_TENSOR("has no such tensor", "Choose one of the file's tensors."),
    NOT_WRITABLE("can't be written as safetensors", "Give unique tensor names and short metadata."),
    GRAPH_NOT_INITIALIZED("has no parameters yet", "Call init() first."),
    NAME_TWICE("has two parameters of the same canonical name", "Rename a vertex."),
    NO_SUCH_VERTEX("has no such vertex with parameters", "Name the head's vertex as the graph does."),
    TENSORS_DIFFER("doesn't hold the graph's tensors", Advice.ANOTHER_MODEL),
    SHAPES_DIFFER("holds tensors of other shapes than the graph's", Advice.ANOTHER_MODEL),
    VALUE("holds a value that no network can use", "The weights are damaged, or training diverged: take earlier ones."),
    FILE_MISSING("is no complete saved model", "Name the folder that a model was saved to."),
    ZIP("is no zip archive that can be read", Advice.DAMAGED),
    ENTRY_REFUSED("holds an entry that it can't be trusted with",
        "Such an entry may run code or hide data: save the model again without it, or take it from elsewhere."),
    FILE_TOO_LARGE("is larger than such a file can be", Advice.DAMAGED),
    NOT_TEXT("isn't UTF-8 text", Advice.DAMAGED),
    CONFIGURATION("is no usable network configuration", Advice.DAMAGED),
    CLASS_REFUSED("names a Java class that a saved model may not load",
        "Use Deeplearning4j's and ResNet4J's layers, or load the weights alone into your own graph."),
    PARAMETER_COUNT("doesn't hold as many parameters as the configuration asks for", Advice.ANOTHER_MODEL),
    DATA_TYPE("computes in another type than float32", "Build the network with DataType.FLOAT."),
    CLASSES("doesn't name the network's classes", "Give each of the network's outputs one name, a line each."),
    PREPROCESSING("is no usable preprocessing", "Save the model again.");

    private final String what;
    private final String advice;

    Reason(String what, String advice) {
      this.what = what;
      this.advice = advice;
    }

    private static final class Advice {
      static final String DAMAGED = "The file is damaged or of another kind: fetch or save it again.";
      static final String ANOTHER_MODEL = "The weights are another model's: choose the model that they belong to.";
    }
  }

  private static final int LONGEST_QUOTE = 120;

  private final Reason reason;

  WeightsException(Reason reason, Object where, String expected, String found, Throwable cause) {
    super("%s %s: expected %s, found %s. %s".formatted(where, reason.what, expected, found, reason.advice), cause);
    this.reason = reason;
  }

  WeightsException(Reason reason, Object where, String expected, String found) {
    this(reason, where, expected, found, null);
  }

  public Reason reason() {
    return reason;
  }

  /** Text from a file, safe for a terminal: quoted, without control characters, cut when long. */
  static String quote(String text) {
    String cut = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return '"' + cut.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?") + '"';
  }
}
