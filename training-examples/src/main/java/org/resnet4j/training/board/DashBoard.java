package org.resnet4j.training.board;

import java.net.URI;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.resnet4j.training.board.DashBoardException.Kind;

/**
 * Deeplearning4j's own training page (M2.1): score, speed, memory, and the sizes of parameters and updates of each
 * layer. One at a time in a process. It keeps what it shows in memory, from its start on.
 *
 * <p>Its libraries, 12 MB, aren't dependencies of this module: a program that wants the page adds
 * {@code org.resnet4j:training-ui}, of type {@code pom}.
 */
public interface DashBoard extends AutoCloseable {
  /** Deeplearning4j's usual port. */
  int DEFAULT_PORT = 9000;

  /** Who can open the page: it has no password. */
  enum Reach {
    /** Programs on this machine. */
    LOOPBACK("127.0.0.1"),
    /** Whoever reaches this machine. */
    EVERYONE("0.0.0.0");

    private final String host;

    Reach(String host) {
      this.host = host;
    }

    String host() {
      return host;
    }
  }

  /**
   * Starts the server.
   *
   * @param port 0 for any that is free
   * @throws DashBoardException if it can't be, of each {@link Kind}
   */
  static DashBoard start(int port, Reach reach) {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("A port is 0 to 65535; found " + port + ".");
    }
    try {
      Class.forName("org.deeplearning4j.ui.VertxUIServer", false, DashBoard.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new DashBoardException(Kind.MISSING, "Deeplearning4j's page is not on the class path: start with"
          + " RESNET4J_PROFILE=ui in the environment, or add org.resnet4j:training-ui (type pom) to your project.", e);
    }
    return Page.start(port, reach);
  }

  /** Where the page is. */
  URI address();

  /**
   * Reports a graph's training to the page; add it to the graph's listeners. It doesn't listen to activations, of which
   * the oneDNN engine keeps none: the page's charts of these and of gradients stay empty, and the engine goes on
   * training. A report of a CIFAR ResNet-20 takes 21 ms of a thread and 27 kB of the heap, which it keeps.
   *
   * @param run the name that the page shows
   * @param steps so many, one or more, for a report: each reads all parameters and their updates several times
   */
  TrainingListener listener(String run, int steps);

  /** Stops the server. */
  @Override
  void close();
}
