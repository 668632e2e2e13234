package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A main class in a JVM of its own, so that what kills it doesn't kill the tests. */
record Forked(int exit, List<String> lines) {
  private static final Duration SHORT = Duration.ofMinutes(5);

  /**
   * @param jars which of the class path's entries it has
   * @param flags of the JVM
   */
  static Forked run(Class<?> main, Predicate<String> jars, Map<String, String> environment, String... flags)
      throws IOException, InterruptedException {
    return run(main, jars, SHORT, environment, flags);
  }

  private static Forked run(Class<?> main, Predicate<String> jars, Duration limit, Map<String, String> environment,
      String... flags) throws IOException, InterruptedException {
    String path = Arrays.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
        .split(File.pathSeparator)).filter(jars).collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Dorg.nd4j.log.initialization=false"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", path, main.getName()));
    Path output = Files.createTempFile("forked", ".txt");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      try {
        assertTrue(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS), () -> "still running: " + command);
      } finally {
        process.destroyForcibly();
      }
      return new Forked(process.exitValue(), Files.readAllLines(output));
    } finally {
      Files.delete(output);
    }
  }

  static Forked run(Class<?> main, Map<String, String> environment, String... flags)
      throws IOException, InterruptedException {
    return run(main, SHORT, environment, flags);
  }

  /** @param limit after which it counts as stuck, and is killed */
  static Forked run(Class<?> main, Duration limit, Map<String, String> environment, String... flags)
      throws IOException, InterruptedException {
    return run(main, jar -> true, limit, environment, flags);
  }

  /** What was printed about something. */
  List<String> after(String mark) {
    return lines.stream().filter(line -> line.startsWith(mark)).map(line -> line.substring(mark.length())).toList();
  }
}
