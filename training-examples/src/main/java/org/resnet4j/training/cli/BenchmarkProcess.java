package org.resnet4j.training.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.resnet4j.training.benchmark.BenchmarkReport;

/**
 * A benchmark in a JVM of its own, for a number of threads: ND4J takes it from the environment when it starts, and its
 * own setter ({@code Environment.setMaxThreads}) does nothing.
 *
 * @param code the exit code
 * @param report if it is 0
 */
record BenchmarkProcess(int code, Optional<BenchmarkReport> report) {
  private static final String THREADS = "OMP_NUM_THREADS";

  /**
   * Runs it to its end.
   *
   * @param arguments of the command line, which make it write JSON
   * @param threads 0 for as many as in this process
   * @param err what it has to say goes there
   */
  static BenchmarkProcess run(List<String> arguments, int threads, PrintStream err) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A debugger's or profiler's agent would want the same port or file again.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.matches("-(agentlib|agentpath|javaagent):.*")).forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(arguments);
    File out = File.createTempFile("benchmark", ".json");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out);
      if (threads > 0) {
        builder.environment().put(THREADS, Integer.toString(threads));
      }
      Process process = builder.start();
      try {
        process.getErrorStream().transferTo(err);
        int code = process.waitFor();
        return new BenchmarkProcess(code, code == ExitCode.OK.code()
            ? Optional.of(BenchmarkReport.parse(Files.readString(out.toPath()))) : Optional.empty());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while another process measured", e);
      } finally {
        process.destroy();
      }
    } finally {
      Files.deleteIfExists(out.toPath());
    }
  }
}
