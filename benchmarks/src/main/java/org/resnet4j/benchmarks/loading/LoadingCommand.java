package org.resnet4j.benchmarks.loading;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.resnet4j.benchmarks.contest.PythonSide;
import org.resnet4j.benchmarks.contest.WorkerFailure;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code benchmarks/loading.sh}. */
@Command(
    name = "loading.sh",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = "Measures the images a second that this project's input pipeline and PyTorch's DataLoader hand out,"
        + " the latter from PIL images and from tensors; in turns, each in a process of its own on the same"
        + " processors. Prints a table of medians, with the ratio of each round (above 1: ours is faster).")
public final class LoadingCommand implements Callable<Integer> {
  private static final List<String> RIVALS = List.of("pil", "tensors");

  @Option(names = "--cifar", required = true, paramLabel = "FOLDER", description = "CIFAR-10 as train/CLASS/*.jpg and"
      + " test/CLASS/*.jpg. The 500x375 JPEGs are made of its images, too.")
  private Path cifar;

  @Option(names = "--cases", split = ",", paramLabel = "CASE", description = "Of ${COMPLETION-CANDIDATES}; without it"
      + " all.")
  private List<LoadingCase> cases = List.of(LoadingCase.values());

  @Option(names = "--threads", split = ",", paramLabel = "N", defaultValue = "1,2",
      description = "Threads of ours, workers of the DataLoader, and processors that either may use.")
  private List<Integer> threads;

  @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Rounds of each contender.")
  private int rounds;

  @Option(names = "--seconds", paramLabel = "S", defaultValue = "8", description = "Of one measurement, after half as"
      + " many to warm up.")
  private double seconds;

  @Option(names = "--files", paramLabel = "FOLDER", description = "Takes the files that are read, 80 MB, and is used"
      + " again; without it, benchmarks/target/loading.", showDefaultValue = CommandLine.Help.Visibility.NEVER)
  private Path files;

  @Option(names = "--python", paramLabel = "COMMAND", description = "An interpreter that has torch, torchvision and"
      + " pillow; without it one is set up.", showDefaultValue = CommandLine.Help.Visibility.NEVER)
  private String python;

  @Option(names = "--home", hidden = true, required = true)
  private Path home;

  private final PrintStream out;
  private final PrintStream err;

  LoadingCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new LoadingCommand(System.out, System.err)).setCaseInsensitiveEnumValuesAllowed(true)
        .execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try {
      PythonSide side = python == null ? PythonSide.setUp(home, err) : PythonSide.of(home, python);
      Path made = files == null ? home.resolve("target").resolve("loading") : files;
      if (!Files.exists(made.resolve("complete"))) {
        err.println("Making the files to read in " + made + " ...");
        run(with(side.command("photos.py"), cifar.toString(), made.toString()));
      }
      out.println(LoadingTable.HEAD);
      for (LoadingCase loaded : cases) {
        for (int count : threads) {
          out.print(measured(loaded, count, made.resolve(loaded.folder).toString(), side));
          out.flush();
        }
      }
      return CommandLine.ExitCode.OK;
    } catch (WorkerFailure e) {
      err.println(e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  /** All take their turn in each round, so that what else the machine does meets all. */
  private String measured(LoadingCase loaded, int count, String folder, PythonSide side)
      throws WorkerFailure, IOException, InterruptedException {
    List<Double> ours = new ArrayList<>();
    List<List<Double>> theirs = List.of(new ArrayList<>(), new ArrayList<>());
    for (int round = 0; round < rounds; round++) {
      err.printf("%s, %d threads, round %d of %d%n", loaded, count, round + 1, rounds);
      ours.add(rate(pinned(count, List.of(java(), "-Xmx2g", "-cp", System.getProperty("java.class.path"),
          LoadingWorker.class.getName(), loaded.name(), folder, "" + count, "" + seconds))));
      for (int rival = 0; rival < RIVALS.size(); rival++) {
        theirs.get(rival).add(rate(pinned(count, with(side.command("loading.py"), RIVALS.get(rival), loaded.script,
            folder, "" + count, "" + seconds))));
      }
    }
    StringBuilder rows = new StringBuilder();
    for (int rival = 0; rival < RIVALS.size(); rival++) {
      rows.append(LoadingTable.row(loaded.title, count, RIVALS.get(rival), ours, theirs.get(rival)));
    }
    return rows.toString();
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** On the first processors, where the system has a command for that. */
  private static List<String> pinned(int count, List<String> command) {
    return Files.isExecutable(Path.of("/usr/bin/taskset"))
        ? with(List.of("/usr/bin/taskset", "-c", "0-" + (count - 1)), command.toArray(String[]::new)) : command;
  }

  private static List<String> with(List<String> begin, String... rest) {
    List<String> all = new ArrayList<>(begin);
    all.addAll(List.of(rest));
    return all;
  }

  private static double rate(List<String> command) throws WorkerFailure, IOException, InterruptedException {
    String printed = run(command);
    try {
      return Double.parseDouble(printed.lines().reduce("", (first, last) -> last));
    } catch (NumberFormatException e) {
      throw new WorkerFailure(String.join(" ", command) + ": expected a number, found \"" + printed + "\"");
    }
  }

  private static String run(List<String> command) throws WorkerFailure, IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new WorkerFailure(String.format(Locale.ROOT, "%s: ended with code %d", String.join(" ", command),
          process.exitValue()));
    }
    return printed;
  }
}
