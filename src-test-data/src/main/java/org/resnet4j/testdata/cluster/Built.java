package org.resnet4j.testdata.cluster;

import java.nio.file.Path;

/** What the build has made, and tells tests and benchmarks by system properties. */
public final class Built {
  private Built() {}

  /** The jar for {@code spark-submit}. */
  public static Path jar() {
    return Path.of(property("spark.submit.jar"));
  }

  /**
   * A system property.
   *
   * @throws IllegalStateException if it isn't set
   */
  public static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalStateException("-D" + name + " is not set: Maven sets it for tests of the group \"cluster\","
          + " and benchmarks set it themselves");
    }
    return value;
  }
}
