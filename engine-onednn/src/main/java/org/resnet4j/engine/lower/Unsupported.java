package org.resnet4j.engine.lower;

/** A vertex that has no nodes, so that DL4J computes it; of a network that trains, all of it. */
public final class Unsupported extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String vertex;
  private final String what;

  Unsupported(String vertex, String what) {
    super(vertex + ": " + what);
    this.vertex = vertex;
    this.what = what;
  }

  String vertex() {
    return vertex;
  }

  /** What has no nodes, as a noun. */
  String what() {
    return what;
  }
}
