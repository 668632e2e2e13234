package org.resnet4j.testdata.cluster;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder laid out as a Spark distribution, with the jars that {@code spark-runtime} resolves. */
public record SparkHome(Path folder) implements AutoCloseable {
  /** Where the build tells the file with Spark's class path. */
  private static final String CLASS_PATH = "spark.runtime.classpath";

  /** Lays it out. */
  static SparkHome in(Path folder) throws IOException {
    Path jars = Files.createDirectories(folder.resolve("jars"));
    Files.createDirectories(folder.resolve("conf"));
    for (Path jar : jars()) {
      Path link = jars.resolve(jar.getFileName());
      try {
        Files.createSymbolicLink(link, jar);
      } catch (UnsupportedOperationException | FileSystemException e) { // Windows wants a privilege for it
        Files.copy(jar, link);
      }
    }
    return new SparkHome(folder);
  }

  /** The jars of a Spark distribution. */
  public static List<Path> jars() throws IOException {
    String entries = Files.readString(Path.of(Built.property(CLASS_PATH)));
    List<Path> jars = new ArrayList<>();
    for (String entry : entries.strip().split(File.pathSeparator)) {
      jars.add(Path.of(entry));
    }
    return jars;
  }

  /** Scala's version, which is in the name of each of Spark's jars. */
  private String scala() throws IOException {
    try (DirectoryStream<Path> core = Files.newDirectoryStream(folder.resolve("jars"), "spark-core_*.jar")) {
      return core.iterator().next().getFileName().toString().replaceFirst("spark-core_([\\d.]+)-.*", "$1");
    }
  }

  /** What this Spark's scripts have a JVM open; asked by reflection, so that nothing here depends on a Spark. */
  private List<String> opens() throws IOException {
    try (DirectoryStream<Path> jar = Files.newDirectoryStream(folder.resolve("jars"), "spark-launcher_*.jar");
        URLClassLoader launcher = new URLClassLoader(new URL[] {jar.iterator().next().toUri().toURL()})) {
      return List.of(((String) launcher.loadClass("org.apache.spark.launcher.JavaModuleOptions")
          .getMethod("defaultModuleOptions").invoke(null)).split(" "));
    } catch (ReflectiveOperationException e) {
      throw new IOException("The options of this Spark's JVMs: " + e, e);
    }
  }

  /**
   * Starts a JVM with Spark alone on its class path, as Spark's scripts do, on the loopback interface.
   *
   * @param prefix a command that starts the one after it, such as {@code taskset -c 1}; or empty
   */
  Jvm start(List<String> prefix, Path log, List<String> flags, String mainClass, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(opens());
    command.addAll(List.of("-cp", folder.resolve("conf") + File.pathSeparator + folder.resolve("jars").resolve("*")));
    command.add(mainClass);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SPARK_HOME", folder.toString());
    builder.environment().put("SPARK_SCALA_VERSION", scala());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_LOCAL_DIRS", Files.createDirectories(folder.resolve("local")).toString());
    // What the build's own tests are limited by isn't the cluster's.
    builder.environment().keySet().removeAll(List.of("OMP_NUM_THREADS", "JAVA_TOOL_OPTIONS", "SPARK_CONF_DIR",
        "SPARK_DIST_CLASSPATH"));
    return Jvm.start(builder, log);
  }

  /** Removes the links, which JUnit would report one by one. */
  @Override
  public void close() throws IOException {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(folder.resolve("jars"))) {
      for (Path link : links) {
        Files.delete(link);
      }
    }
  }
}
