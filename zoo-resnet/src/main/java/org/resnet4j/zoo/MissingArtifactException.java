package org.resnet4j.zoo;

/** An optional part of ResNet4J isn't on the class path; the message says which, and what to do. */
public final class MissingArtifactException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  MissingArtifactException(String message) {
    super(message);
  }
}
