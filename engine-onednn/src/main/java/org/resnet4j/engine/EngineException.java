package org.resnet4j.engine;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the engine can't do, in one sentence: where, what was expected, what was found, and what to do. */
public abstract sealed class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private EngineException(String message, Throwable cause) {
    super(message, cause);
  }

  private static String sentence(String where, String expected, String found, String remedy) {
    return "%s: expected %s, found %s. %s".formatted(where, expected, found, remedy);
  }

  /** An input that the network can't take; nothing was computed. */
  public static final class WrongInput extends EngineException {
    private static final long serialVersionUID = 1;

    private final String where;
    private final String expected;
    private final String found;

    /**
     * @param where the input or the vertex
     */
    public WrongInput(String where, String expected, String found) {
      this(where, expected, found, null);
    }

    /**
     * @param where the input or the vertex
     */
    public WrongInput(String where, String expected, String found, Throwable cause) {
      super(sentence(where, expected, found, "Give the network inputs of the shapes that it was built for."), cause);
      this.where = where;
      this.expected = expected;
      this.found = found;
    }

    /** The same, said of the call's inputs that led to it. */
    WrongInput given(List<String> inputs, List<long[]> shapes) {
      String given = IntStream.range(0, inputs.size())
          .mapToObj(i -> inputs.get(i) + " " + Arrays.toString(shapes.get(i))).collect(Collectors.joining(", "));
      WrongInput said = new WrongInput("input " + given + ", at " + where, expected, found, getCause());
      said.setStackTrace(getStackTrace());
      return said;
    }
  }

  /** The engine can't run here. */
  public static final class Unavailable extends EngineException {
    private static final long serialVersionUID = 1;

    public Unavailable(String reason, Throwable cause) {
      super(reason, cause);
    }
  }

  /** There isn't as much native memory as a training step needs; parameters and gradients are as before. */
  public static final class OutOfMemory extends EngineException {
    private static final long serialVersionUID = 1;

    private final long bytes;

    public OutOfMemory(long bytes, Throwable cause) {
      super(sentence("memory of a training step", "%,d MB".formatted(bytes >> 20), "less", "Take a smaller batch, let"
          + " the engine recompute activations, or raise JavaCPP's limits (org.bytedeco.javacpp.maxphysicalbytes)."),
          cause);
      this.bytes = bytes;
    }

    /** What the step's activations need. */
    public long bytes() {
      return bytes;
    }
  }

  /** The compiled network was closed. */
  public static final class Closed extends EngineException {
    private static final long serialVersionUID = 1;

    public Closed() {
      super(sentence("compiled network", "an open one", "a closed one", "Compile the network again."), null);
    }
  }
}
