package org.resnet4j.spark.cluster;

import java.nio.file.Path;

/** What the build has made, and tells tests by system properties. */
final class Built {
  private Built() {}

  /** The jar for {@code spark-submit}. */
  static Path jar() {
    return Path.of(property("spark.submit.jar"));
  }

  static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalStateException("-D" + name + " is not set: Maven sets it for tests of the group \"cluster\"");
    }
    return value;
  }
}
