package org.resnet4j.benchmarks.contest;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.Json;
import org.resnet4j.benchmarks.worker.NumberType;
import org.resnet4j.benchmarks.worker.Pipeline;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code benchmarks/run.sh}. */
@Command(
    name = "run.sh",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = {
        "Lets this project's engine, Deeplearning4j, ONNX Runtime and PyTorch compute or train the same networks in"
            + " turns, each in a process of its own, and writes report.md, images-per-second.png and results.json."
            + " Standard output ends with a line for each pair that can be compared, such as",
        "  ratio resnet50 b8 t1 engine-f32 / onnxruntime-f32 = 1.02",
        "(above 1: the engine is faster); progress goes to standard error.",
        ""},
    footer = {
        "",
        "Needs JDK 17, Maven, Python 3.10 or newer with venv, and for torch-compile-* a C++ compiler (apt-get install"
            + " g++). Python's packages, 6 GB, are installed once in $XDG_CACHE_HOME/resnet4j/benchmarks (~/.cache"
            + " without XDG_CACHE_HOME); --contenders without torch-* and onnxruntime-int8 does without them. An idle"
            + " machine gives the best figures, and all contenders of a setting have to fit its memory at once."})
public final class ContestCommand implements Callable<Integer> {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
  private static final String PLOT = "images-per-second.png";

  @Option(names = "--only", paramLabel = "JOB", description = "inference or training.")
  private Job job = Job.INFERENCE;

  @Option(names = "--models", split = ",", paramLabel = "NAME", showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Networks of the zoo; without it resnet18, resnet50 and cifar_resnet20, in inference resnet152 and"
          + " resnext50_32x4d too.")
  private List<String> models = List.of();

  @Option(names = "--batch", split = ",", paramLabel = "N", showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Images a call; without it 1, 8 and 32, in training 8, 16 and 32, and 128 for networks of CIFAR.")
  private List<Integer> batches = List.of();

  @Option(names = "--threads", split = ",", paramLabel = "N|all", defaultValue = "1,all",
      description = "Threads a contender computes with; all: a thread for each core.")
  private List<String> threads;

  @Option(names = "--pipeline", split = ",", paramLabel = "on|off",
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Whether training reads image files, decodes, crops, mirrors and normalises them in threads beside,"
          + " or goes over one batch in memory; without it both.")
  private List<Pipeline> pipelines = List.of();

  @Option(names = "--contenders", split = ",", paramLabel = "NAME",
      description = "Who takes part; without it everyone who does the job: ${COMPLETION-CANDIDATES}. In bf16 only where"
          + " the processor has fast kernels for it. ONNX Runtime and torch-jit don't train.",
      completionCandidates = ContenderNames.class, converter = ContenderConverter.class)
  private List<Contender> contenders = List.of();

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each contender.", defaultValue = "5")
  private int rounds;

  @Option(names = "--quick", description = "Two short rounds, to see whether everything runs.")
  private boolean quick;

  @Option(names = "--output", paramLabel = "FOLDER", showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Takes the results; without it, a new folder in benchmarks/target/results.")
  private Path output;

  @Option(names = "--home", hidden = true, required = true)
  private Path home;

  private final PrintStream out;
  private final PrintStream err;

  ContestCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    System.exit(run(System.out, System.err, arguments));
  }

  /** @return the exit code */
  static int run(PrintStream out, PrintStream err, String... arguments) {
    CommandLine command = new CommandLine(new ContestCommand(out, err))
        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((e, parsed) -> {
          e.getCommandLine().getErr().println(e.getMessage());
          e.getCommandLine().getErr().println("See benchmarks/run.sh --help.");
          return ExitCode.USAGE.code();
        })
        .setExecutionExceptionHandler((e, failed, parsed) -> {
          failed.getErr().println(e instanceof ContestException ? e.getMessage() : e.toString());
          return ExitCode.FAILURE.code();
        });
    command.getCommandSpec().usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(ExitCode.meanings());
    return command.execute(arguments);
  }

  static final class ContenderConverter implements CommandLine.ITypeConverter<Contender> {
    @Override
    public Contender convert(String value) {
      try {
        return Contender.named(value);
      } catch (IllegalArgumentException e) {
        throw new CommandLine.TypeConversionException(e.getMessage());
      }
    }
  }

  static final class ContenderNames extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    ContenderNames() {
      super(Stream.of(Contender.values()).map(Contender::label).toList());
    }
  }

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Machine machine = Machine.read();
    List<Setting> settings = settings(machine);
    List<Contender> takingPart = takingPart(machine);
    if (takingPart.isEmpty()) {
      err.println("None of the contenders that --contenders names can take part in " + job.label()
          + " on this machine.");
      return ExitCode.NO_CONTENDERS.code();
    }
    Pace pace = quick ? Pace.QUICK : Pace.thorough(job, rounds);
    LocalDateTime started = LocalDateTime.now();
    Path folder = (output != null ? output : home.resolve("target/results").resolve(STAMP.format(started)))
        .toAbsolutePath();
    String load = Machine.load();
    List<HeatResult> results = new Tournament(settings, takingPart, pace, home, folder, err).run();
    Conditions conditions = new Conditions(job, machine, pace, started, Commit.of(home), load, Machine.load());
    MarkdownReport report = new MarkdownReport(conditions, results);
    Files.writeString(folder.resolve("report.md"), report.text(PLOT));
    ImageIO.write(Plot.draw(results), "png", folder.resolve(PLOT).toFile());
    Files.writeString(folder.resolve("results.json"), Json.write(results));
    out.print(report.text(folder.resolve(PLOT).toString()).lines().takeWhile(line -> !line.equals("## Ratios"))
        .collect(Collectors.joining("\n", "", "\n")));
    err.println("Results are in " + folder);
    Ratios.lines(results).forEach(out::println);
    return ExitCode.of(results).code();
  }

  private List<Setting> settings(Machine machine) {
    try {
      if (rounds < 1) {
        throw new IllegalArgumentException("--rounds: expected a number above 0, found " + rounds);
      }
      return new Settings(job, models, batches, threads, pipelines).all(machine);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private List<Contender> takingPart(Machine machine) {
    List<Contender> all = new ArrayList<>();
    for (Contender contender : Contender.values()) {
      boolean wanted = contenders.isEmpty() || contenders.contains(contender);
      if (wanted && contender.does(job)) {
        if (contender.type() == NumberType.BF16 && !machine.fastBfloat16()) {
          err.println(contender.label() + " doesn't take part: this processor has no fast kernels in bfloat16");
        } else {
          all.add(contender);
        }
      }
    }
    return all;
  }
}
