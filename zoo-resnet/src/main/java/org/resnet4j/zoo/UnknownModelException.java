package org.resnet4j.zoo;

import java.util.List;

/** No model has this name; the message lists the nearest names, or a family's legal depths. */
public final class UnknownModelException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private final transient List<String> nearest;

  UnknownModelException(String message, List<String> nearest) {
    super(message);
    this.nearest = List.copyOf(nearest);
  }

  /** Names that exist and are near to the one asked for, best first. */
  public List<String> nearest() {
    return nearest;
  }
}
