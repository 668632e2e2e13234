package org.resnet4j.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.resnet4j.benchmarks.contest.Median;
import org.resnet4j.benchmarks.contest.WorkerFailure;
import org.resnet4j.training.cli.Main;

/**
 * Engines by themselves, one thread each, by the command line of one machine.
 *
 * @param jvmOptions the file with those of the launcher
 */
record Alone(Training training, Cores cores, Path jvmOptions) {

  /**
   * Trains with some side by side, which share the memory's bandwidth as workers do.
   *
   * @param images of one worker
   * @param folder for the runs; it isn't there yet
   * @return images a second of one of them, in the mean
   * @throws WorkerFailure if one ends with another code than 0
   */
  double rate(int count, Path images, Path folder) throws IOException, InterruptedException, WorkerFailure {
    Files.createDirectories(folder);
    List<Process> processes = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        processes.add(start(i, images, folder));
      }
      double sum = 0;
      for (int i = 0; i < count; i++) {
        if (processes.get(i).waitFor() != 0) {
          throw new WorkerFailure("An engine alone ended with code " + processes.get(i).exitValue() + ":\n"
              + Files.readString(log(i, folder)));
        }
        sum += Median.of(Rates.of(Files.readString(run(i, folder).resolve("metrics.csv"))));
      }
      return sum / count;
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  private Process start(int number, Path images, Path folder) throws IOException {
    List<String> command = new ArrayList<>(cores.prefix(number));
    command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + jvmOptions, "-cp",
        System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(training.arguments(1, images, run(number, folder)));
    command.addAll(List.of("--threads", "1"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectOutput(log(number, folder).toFile());
    builder.environment().put("OMP_NUM_THREADS", "1");
    return builder.start();
  }

  /** Where the run of one, 0-based, is. */
  static Path run(int number, Path folder) {
    return folder.resolve("run-" + number);
  }

  private static Path log(int number, Path folder) {
    return folder.resolve("run-" + number + ".txt");
  }
}
