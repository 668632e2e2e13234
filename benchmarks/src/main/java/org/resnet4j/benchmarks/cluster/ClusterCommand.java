package org.resnet4j.benchmarks.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.resnet4j.benchmarks.contest.Commit;
import org.resnet4j.benchmarks.contest.Machine;
import org.resnet4j.benchmarks.contest.Median;
import org.resnet4j.benchmarks.contest.WorkerFailure;
import org.resnet4j.benchmarks.worker.Json;
import org.resnet4j.testdata.cluster.Cluster;
import org.resnet4j.zoo.weights.AtomicFiles;
import org.resnet4j.zoo.weights.AtomicFiles.Content;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code benchmarks/cluster.sh}. */
@Command(
    name = "cluster.sh",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = "Measures the images a second at which workers of a Spark cluster train together (cifar_resnet20 by"
        + " cifar10-fast, one core a worker), against engines alone on the same processors, as many side by side, in"
        + " turns. The cluster is a real one on the loopback interface: its master, workers and drivers are processes"
        + " of their own. Prints tables in Markdown.")
public final class ClusterCommand implements Callable<Integer> {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  @Option(names = "--data", required = true, paramLabel = "FOLDER", description = "CIFAR-10 as train/CLASS/*.jpg and"
      + " test/CLASS/*.jpg.")
  private Path data;

  @Option(names = "--workers", split = ",", paramLabel = "N", defaultValue = "1,2,4", description = "Sizes of the"
      + " cluster.")
  private List<Integer> workers;

  @Option(names = "--every", split = ",", paramLabel = "K", defaultValue = "1,4,16,64", description = "Steps after"
      + " which parameters are averaged.")
  private List<Integer> every;

  @Option(names = "--gradients", negatable = true, defaultValue = "true", fallbackValue = "true",
      description = "Whether training with gradients averaged at every step is measured, too.")
  private boolean gradients;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images of a worker's step.")
  private int batch;

  @Option(names = "--steps", paramLabel = "N", defaultValue = "64", description = "Steps of a worker in an epoch.")
  private int steps;

  @Option(names = "--epochs", paramLabel = "N", defaultValue = "10", description = "Epochs of a run; the first half, in"
      + " which images are decoded and code is compiled, doesn't count.")
  private int epochs;

  @Option(names = "--rounds", paramLabel = "N", defaultValue = "1", description = "Rounds of all.")
  private int rounds;

  @Option(names = "--precision", paramLabel = "TYPE", defaultValue = "auto", description = "float32, bfloat16, or auto:"
      + " bfloat16 where the processor has instructions for it.")
  private String precision;

  @Option(names = "--peer", split = ",", paramLabel = "N", arity = "0..1", fallbackValue = "2",
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Of --workers, those (without a number 2) with which dl4j-spark's ParameterAveragingTrainingMaster"
          + " is measured, too, with Deeplearning4j's oneDNN kernels and without.")
  private List<Integer> peers = List.of();

  @Option(names = "--peer-every", paramLabel = "K", defaultValue = "16", description = "Its averagingFrequency.")
  private int peerEvery;

  @Option(names = "--peer-seconds", paramLabel = "S", defaultValue = "30", description = "It begins no further round of"
      + " averaging after these; one it always takes, without its kernels for minutes.")
  private int peerSeconds;

  @Option(names = "--out", paramLabel = "FILE", showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Takes the figures as JSON; without it, figures.json beside the runs in benchmarks/target/cluster.")
  private Path out;

  @Option(names = "--home", hidden = true, required = true)
  private Path home;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  private final PrintStream printed;
  private final PrintStream err;
  private Training training;
  private Cores cores;
  private Path folder;

  ClusterCommand(PrintStream printed, PrintStream err) {
    this.printed = printed;
    this.err = err;
  }

  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  /** @return the exit code */
  static int run(PrintStream out, PrintStream err, String... arguments) {
    return new CommandLine(new ClusterCommand(out, err))
        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .setUsageHelpAutoWidth(true).execute(arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    LocalDateTime started = LocalDateTime.now();
    String load = Machine.load();
    String commit = Commit.of(home);
    Path target = home.resolve("target/cluster").toAbsolutePath();
    folder = target.resolve(STAMP.format(started));
    training = new Training(precision, batch, steps, epochs);
    cores = Cores.of(Machine.allowed());
    try {
      System.setProperty("spark.submit.jar", submitJar().toString());
      System.setProperty("spark.runtime.classpath", home.resolve("../spark-runtime/target/classpath").toString());
      Files.createDirectories(folder);
      List<Row> rows = new ArrayList<>();
      List<PeerRow> peerRows = new ArrayList<>();
      Path file = out == null ? folder.resolve("figures.json") : out;
      Figures figures = null;
      for (int count : workers) {
        measure(count, target, rows, peerRows);
        figures = new Figures(Machine.read(), commit, started.truncatedTo(ChronoUnit.SECONDS).toString(), load,
            Machine.load(), cores, Training.MODEL, precision, steps, epochs, rounds, rows, peerRows);
        AtomicFiles.write(file, Content.of(Json.write(figures) + "\n")); // a larger cluster may fail
      }
      printed.print(figures.markdown());
      err.println("Figures are in " + file + ", runs and logs in " + folder);
      return CommandLine.ExitCode.OK;
    } catch (WorkerFailure | AssertionError e) { // the latter from the cluster, which is one for tests
      err.println(e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private void check() {
    if (workers.isEmpty() || batch < 2 || steps < 1 || epochs < 2 || rounds < 1 || peerEvery < 1
        || workers.stream().anyMatch(n -> n < 1) || every.stream().anyMatch(k -> k < 1)) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--epochs and --batch are 2 or more; --workers,"
          + " --every, --steps, --rounds and --peer-every are 1 or more.");
    }
    if (every.stream().anyMatch(k -> k > steps)) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--every " + every + ": a round ends with the epoch;"
          + " expected no more than --steps " + steps + ".");
    }
    if (!workers.containsAll(peers) || !peers.isEmpty() && !every.contains(peerEvery)) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--peer " + peers + " --peer-every " + peerEvery
          + ": expected numbers that --workers and --every have, too, to compare with; found --workers " + workers
          + " --every " + every + ".");
    }
  }

  /** A cluster of one size: in each round the engines alone and all modes take turns. */
  private void measure(int count, Path target, List<Row> rows, List<PeerRow> peerRows)
      throws IOException, InterruptedException, WorkerFailure {
    Path own = Pictures.some(data, training.images(1), target.resolve("images-" + training.images(1)));
    Path all = Pictures.some(data, training.images(count), target.resolve("images-" + training.images(count)));
    err.println(count + " workers: " + cores.sentence(count));
    Path here = Files.createDirectories(folder.resolve("workers-" + count));
    Alone engines = new Alone(training, cores, home.resolve("../training-examples/src/main/launcher/jvm.options"));
    Map<Mode, List<Double>> rates = new LinkedHashMap<>();
    List<Double> alone = new ArrayList<>();
    try (Cluster cluster = Cluster.start(here, prefixes(count), 1)) {
      Together together = new Together(cluster, count, training);
      for (int round = 0; round < rounds; round++) {
        say("engines alone", count, round);
        alone.add(engines.rate(count, own, here.resolve("alone-" + round)));
        for (Mode mode : modes()) {
          say(mode.toString(), count, round);
          rates.computeIfAbsent(mode, any -> new ArrayList<>())
              .add(together.rate(mode, all, here.resolve(mode.toString().replace(' ', '-') + "-" + round)));
        }
      }
      rates.forEach((mode, measured) -> rows.add(Row.of(count, mode, batch, steps, Median.of(measured),
          Median.of(alone))));
      if (peers.contains(count)) {
        Path configuration = Alone.run(0, here.resolve("alone-0")).resolve("configuration.json");
        for (boolean helpers : new boolean[] {true, false}) {
          say("dl4j-spark, helpers " + helpers, count, 0);
          peerRows.add(PeerRow.of(count, helpers, peerEvery, batch,
              together.peerRate(home.resolve("dl4j-spark"), helpers, peerEvery, configuration, all, peerSeconds),
              Median.of(rates.get(Mode.parameters(peerEvery)))));
        }
      }
    }
    removeCopies(here, count);
  }

  /** Each worker's copies of each program's jar, of 200 MB; where something failed, they stay with the logs in them. */
  private static void removeCopies(Path here, int count) throws IOException {
    for (int worker = 0; worker < count; worker++) {
      try (Stream<Path> files = Files.walk(here.resolve("worker-" + worker + "-work"))) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private void say(String what, int count, int round) {
    err.printf("%s: %s, %d workers, round %d of %d%n", LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS), what, count,
        round + 1, rounds);
  }

  private List<Mode> modes() {
    List<Mode> modes = new ArrayList<>(every.stream().map(Mode::parameters).toList());
    if (gradients) {
      modes.add(Mode.GRADIENTS);
    }
    return modes;
  }

  private List<List<String>> prefixes(int count) {
    List<List<String>> prefixes = new ArrayList<>();
    for (int worker = 0; worker < count; worker++) {
      prefixes.add(cores.prefix(worker));
    }
    return prefixes;
  }

  private Path submitJar() throws IOException, WorkerFailure {
    Path target = home.resolve("../training-spark/target");
    if (Files.isDirectory(target)) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "training-spark-*-all.jar")) {
        for (Path jar : jars) {
          return jar.toAbsolutePath().normalize();
        }
      }
    }
    throw new WorkerFailure(target + ": expected training-spark-...-all.jar, found none; build training-spark.");
  }
}
