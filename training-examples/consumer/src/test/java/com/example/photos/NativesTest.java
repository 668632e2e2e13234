package com.example.photos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;

/** What Maven put on the class path, by the names of files in its repository. */
class NativesTest {
  private static final String SYSTEM = "(?:linux|windows|macosx|android|ios)-[a-z0-9_]+";

  @Test
  void onlyThisSystemsNativesAreThere() {
    Set<String> systems = new TreeSet<>();
    classPath().map(jar -> jar.getFileName().toString()).filter(name -> name.matches(".*-" + SYSTEM + "[.-].*"))
        .forEach(name -> systems.add(name.replaceAll(".*?-(" + SYSTEM + ")[.-].*", "$1")));
    assertEquals(Set.of(Loader.getPlatform()), systems);
  }

  @Test
  void whatNd4jAndTheEngineLoadIsOfOneJavaCpp() {
    Map<String, Set<String>> versions = new TreeMap<>();
    for (String artifact : List.of("javacpp", "openblas", "dnnl", "opencl")) {
      classPath().filter(jar -> jar.endsWith(Path.of(artifact, version(jar), jar.getFileName().toString())))
          .filter(jar -> jar.toString().contains("bytedeco"))
          .forEach(jar -> versions.computeIfAbsent(javaCpp(version(jar)), version -> new TreeSet<>())
              .add(jar.getFileName().toString().replace("-" + version(jar), "")));
    }
    String system = "-" + Loader.getPlatform() + ".jar";
    assertEquals(Map.of("1.5.13", Set.of("javacpp.jar", "javacpp" + system, "openblas.jar", "openblas" + system,
        "dnnl.jar", "dnnl" + system, "opencl.jar", "opencl" + system)), versions);
  }

  private static Stream<Path> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar")).map(Path::of);
  }

  /** A repository keeps an artifact's files in a folder of its version's name, e.g. {@code dnnl/3.11-1.5.13}. */
  private static String version(Path jar) {
    return jar.getParent().getFileName().toString();
  }

  private static String javaCpp(String version) {
    return version.substring(version.lastIndexOf('-') + 1);
  }
}
