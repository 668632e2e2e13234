package org.resnet4j.engine;

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

    public WrongInput(String where, String expected, String found) {
      super(sentence(where, expected, found, "Give the network inputs of the shape that it was built for."), null);
    }
  }

  /** The engine can't run here. */
  public static final class Unavailable extends EngineException {
    private static final long serialVersionUID = 1;

    public Unavailable(String reason, Throwable cause) {
      super(reason, cause);
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
