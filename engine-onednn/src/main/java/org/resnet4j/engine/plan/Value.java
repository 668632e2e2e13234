package org.resnet4j.engine.plan;

/** What one node gives and others take; it has no more than a name, since its shape depends on the call's inputs. */
public final class Value {
  private final String name;

  public Value(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return name;
  }
}
