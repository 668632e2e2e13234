package org.resnet4j.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.resnet4j.benchmarks.contest.Median;
import org.resnet4j.benchmarks.contest.WorkerFailure;
import org.resnet4j.testdata.cluster.Cluster;
import org.resnet4j.testdata.cluster.Submitted;
import org.resnet4j.zoo.ResNets;

/**
 * Trainings on a cluster, a task of one core a worker.
 *
 * @param workers that it has, all of which train
 */
record Together(Cluster cluster, int workers, Training training) {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final String PEER = "org.resnet4j.benchmarks.dl4jspark.ParameterAveraging";
  /** What the peer begins a line of result with. */
  private static final String RATE = "images/s ";

  /**
   * Trains with this project.
   *
   * @param images of all workers
   * @param out the run's folder, which isn't there yet
   * @return images a second of all workers
   * @throws WorkerFailure if the program ends with another code than 0
   */
  double rate(Mode mode, Path images, Path out) throws IOException, InterruptedException, WorkerFailure {
    List<String> arguments = new ArrayList<>(training.arguments(workers, images, out));
    arguments.addAll(List.of("--workers", "" + workers));
    arguments.addAll(mode.options());
    try (Submitted program = cluster.submit(settings("2g"), arguments.toArray(String[]::new))) {
      finish(program, mode.toString());
    }
    return Median.of(Rates.of(Files.readString(out.resolve("metrics.csv"))));
  }

  /**
   * Trains with dl4j-spark.
   *
   * @param project its folder, where it is built
   * @param configuration of the net, as Deeplearning4j's JSON
   * @param seconds after which no further round begins
   * @return images a second of all workers
   * @throws WorkerFailure if the program ends with another code than 0, or tells no figures
   */
  double peerRate(Path project, boolean helpers, int every, Path configuration, Path images, int seconds)
      throws IOException, InterruptedException, WorkerFailure {
    Path target = project.resolve("target");
    List<String> jars = new ArrayList<>(List.of(Files.readString(target.resolve("classpath")).strip().split(":")));
    // The configuration names layers of the zoo; and without its class, layers don't find their helpers.
    jars.add(Path.of(ResNets.class.getProtectionDomain().getCodeSource().getLocation().getPath()).toString());
    Map<String, String> settings = settings("3g");
    settings.put("spark.executorEnv.OMP_NUM_THREADS", "1");
    settings.put("spark.jars", String.join(",", jars.stream().map(jar -> "local:" + jar).toList()));
    try (Submitted program = cluster.submit(PEER, target.resolve("benchmarks-dl4j-spark.jar"), settings,
        configuration.toString(), images.resolve("train").toString(), "" + workers, "" + training.batch(), "" + every,
        "" + seconds, "" + helpers)) {
      finish(program, "dl4j-spark");
      List<Double> rates = program.stdout().lines().filter(line -> line.startsWith(RATE))
          .map(line -> Double.valueOf(line.substring(RATE.length()))).toList();
      if (rates.isEmpty()) {
        throw new WorkerFailure("dl4j-spark: expected lines \"" + RATE + "...\", found \"" + program.stdout() + "\"");
      }
      return Median.of(rates);
    }
  }

  /** Nothing begins before all executors are there, else the first ones would keep the others' images. */
  private Map<String, String> settings(String overhead) {
    return new HashMap<>(Map.of("spark.executor.memory", "1g", "spark.executor.memoryOverhead", overhead,
        "spark.cores.max", "" + workers, "spark.scheduler.minRegisteredResourcesRatio", "1"));
  }

  private void finish(Submitted program, String what) throws InterruptedException, WorkerFailure {
    int code;
    try {
      code = program.waitFor(PATIENCE);
    } catch (AssertionError e) {
      throw new WorkerFailure(what + ": " + e.getMessage());
    }
    if (code != 0) {
      throw new WorkerFailure(String.format(Locale.ROOT, "%s, %d workers: ended with code %d%n%s", what, workers, code,
          program.stderr()));
    }
  }
}
