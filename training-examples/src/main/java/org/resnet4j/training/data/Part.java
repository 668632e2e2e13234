package org.resnet4j.training.data;

import java.util.List;

/** A part of the data; the names of its folder. */
public enum Part {
  TRAIN("train", "training"), VALIDATION("val", "valid", "validation"), TEST("test", "testing");

  private final List<String> folderNames;

  Part(String... folderNames) {
    this.folderNames = List.of(folderNames);
  }

  /** In lower case, the usual one first. */
  public List<String> folderNames() {
    return folderNames;
  }
}
