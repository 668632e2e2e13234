package org.resnet4j.training.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;
import org.resnet4j.training.benchmark.Benchmark;
import org.resnet4j.training.benchmark.BenchmarkReport;
import org.resnet4j.training.benchmark.Contender;
import org.resnet4j.training.benchmark.Measurement;
import org.resnet4j.training.benchmark.OtherPrograms;
import org.resnet4j.training.benchmark.PeakMemory;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.training.loop.Engine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code benchmark}: how fast a network is on this machine, by each engine and in each number type. */
@Command(name = "benchmark", description = "Measure how fast a model predicts on this machine: images/s and latencies.",
    footer = {"", "Engines take turns on the same random images of the model's own size, after a warm-up. A latency is"
        + " that of a whole batch; pNN means that NN %% of the calls took no longer. ready: from the loaded model to"
        + " the first output, compiling included. speed-up: times as fast as dl4j, which has its own oneDNN helpers on."
        + " Peak memory is that of all engines measured: name one --engine and --precision for what it takes alone."})
final class BenchmarkCommand implements Callable<Integer> {
  private static final String DEFAULT_MODEL = "resnet50";
  private static final String THREADS = "--threads";
  private static final String SECONDS = "--seconds";
  private static final String FORMAT = "--format";

  @Parameters(arity = "0..1", paramLabel = "MODEL",
      description = "A model's name (see list; its weights are random then), the folder of a saved model, a weights"
          + " file, a Keras model, or a published set's name in capitals (default: " + DEFAULT_MODEL + ").")
  private String named;

  @Mixin
  private ModelSource source;

  @Option(names = "--batch", paramLabel = "IMAGES", split = ",", defaultValue = "1,8",
      description = "Images a call: a number, or several with commas.")
  private List<Integer> batches;

  @Option(names = THREADS, paramLabel = "COUNT", split = ",", defaultValue = "all", converter = Threads.Parser.class,
      description = "Threads that a call computes with: a number, all (OMP_NUM_THREADS, else every core), or several of"
          + " them with commas.")
  private List<Threads> threads;

  @Option(names = "--engine", paramLabel = "ENGINE", split = ",",
      description = "dl4j, onednn, or both with a comma (default: both).")
  private List<Engine> engines;

  @Option(names = "--precision", paramLabel = "TYPE", split = ",",
      description = "Number types of onednn: float32, bfloat16, or both with a comma (default: float32, and bfloat16"
          + " where the processor has instructions for it); auto is the faster of them.")
  private List<Precision> precisions;

  @Option(names = SECONDS, paramLabel = "SECONDS", defaultValue = "15",
      description = "Time to measure in, of all together; starting and compiling come on top.")
  private double seconds;

  @Option(names = FORMAT, paramLabel = "FORMAT", defaultValue = "text",
      description = "text (a table), json (one object) or csv (a line a measurement).")
  private ResultFormat format;

  @Spec
  private CommandSpec spec;

  @ParentCommand
  private Main main;

  /**
   * How many threads compute.
   *
   * @param count 0 for all
   */
  record Threads(int count) {
    private static final Threads ALL = new Threads(0);

    /** Of the command line's words. */
    static final class Parser implements ITypeConverter<Threads> {
      @Override
      public Threads convert(String word) {
        if (word.equalsIgnoreCase("all")) {
          return ALL;
        }
        if (word.matches("0*[1-9]\\d{0,3}")) {
          return new Threads(Integer.parseInt(word));
        }
        throw new TypeConversionException("expected a number from 1 to 9999, or all, but was '" + word + "'");
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    check();
    BenchmarkReport report = null;
    if (threads.equals(List.of(Threads.ALL))) {
      report = measured();
    } else {
      for (Threads count : threads) {
        BenchmarkProcess process = BenchmarkProcess.run(argumentsOfOne(), count.count(), main.err());
        if (process.report().isEmpty()) {
          return process.code();
        }
        report = report == null ? process.report().get() : report.with(process.report().get());
      }
    }
    main.out().println(switch (format) {
      case TEXT -> report.text();
      case CSV -> report.csv();
      case JSON -> report.json();
    });
    return ExitCode.OK.code();
  }

  private void check() {
    if (batches.stream().anyMatch(batch -> batch < 1)) {
      throw new CommandException(ExitCode.USAGE, "--batch is 1 or more; found " + batches + ".");
    }
    if (!(seconds >= 0 && seconds < Double.POSITIVE_INFINITY)) {
      throw new CommandException(ExitCode.USAGE, SECONDS + " is 0 or more; found " + seconds + ".");
    }
    ComputeOptions.check(engines == null ? List.of(Engine.values()) : engines,
        precisions == null ? List.of() : precisions);
    source.named(named == null && source.model == null && source.weights == null ? DEFAULT_MODEL : named);
    if (!source.pretrained()) {
      source.imageSize(source.name()); // what is wrong with either is told before anything is started
    }
  }

  /** This command line for a process that measures with one number of threads. */
  private List<String> argumentsOfOne() {
    List<String> arguments = new ArrayList<>(List.of(spec.name(), THREADS, "all", FORMAT, "json", SECONDS,
        String.valueOf(seconds / threads.size())));
    for (ArgSpec given : spec.commandLine().getParseResult().matchedArgs()) {
      if (!(given instanceof OptionSpec option)) {
        arguments.addAll(given.originalStringValues());
      } else if (!Set.of(THREADS, FORMAT, SECONDS).contains(option.longestName())) {
        option.originalStringValues().forEach(value -> arguments.add(option.longestName() + "=" + value));
      }
    }
    return arguments;
  }

  private BenchmarkReport measured() throws IOException {
    main.startBackend();
    List<Contestant> contestants = contestants(OneDnn.unavailable());
    Loaded loaded = source.loadOrRandom(main.err());
    List<Contender> contenders = contestants.stream().map(contestant -> contestant.with(loaded)).toList();
    List<Measurement> measurements = new ArrayList<>();
    OtherPrograms others = new OtherPrograms();
    int turns = batches.size() * contenders.size() * (1 + Benchmark.ROUNDS);
    try (Progress progress = Progress.start("Measuring", turns, "turns", main.err())) {
      for (int batch : batches) {
        try (INDArray images = images(loaded, batch)) {
          measurements.addAll(
              new Benchmark(images, seconds / batches.size(), contender -> progress.step(1, "")).of(contenders));
        }
      }
    }
    return report(loaded, measurements, others.share());
  }

  /** An engine and its number type. */
  private record Contestant(Engine engine, Precision precision) {
    Contender with(Loaded loaded) {
      EngineOptions options = EngineOptions.standard().withPrecision(precision);
      return new Contender(engine.toString(), Engine.word(precision),
          () -> engine.open(loaded.graph(), options));
    }
  }

  private List<Contestant> contestants(Optional<String> unavailable) {
    List<Contestant> contestants = new ArrayList<>();
    if (engines == null || engines.contains(Engine.DL4J)) {
      contestants.add(new Contestant(Engine.DL4J, Precision.FLOAT32));
    }
    if (engines != null && !engines.contains(Engine.ONEDNN)) {
      return contestants;
    }
    if (unavailable.isEmpty()) {
      typesOfOneDnn().forEach(type -> contestants.add(new Contestant(Engine.ONEDNN, type)));
    } else if (engines != null || precisions != null) {
      throw new CommandException(ExitCode.FAILURE, "--engine onednn can't be had: " + unavailable.get());
    } else {
      main.err().println(Printable.of("Measuring Deeplearning4j alone: " + unavailable.get()));
    }
    return contestants;
  }

  private List<Precision> typesOfOneDnn() {
    boolean fast = OneDnn.library().fastBfloat16();
    if (precisions == null) {
      if (!fast) {
        main.err().println(ComputeOptions.slowBfloat16() + " It is left out.");
      }
      return fast ? List.of(Precision.FLOAT32, Precision.BFLOAT16) : List.of(Precision.FLOAT32);
    }
    if (precisions.contains(Precision.BFLOAT16) && !fast) {
      main.err().println(ComputeOptions.slowBfloat16());
    }
    return precisions.stream().map(ComputeOptions::type).distinct().toList();
  }

  /** Noise like a normalised photo's values. */
  private static INDArray images(Loaded loaded, int batch) {
    long length = (long) batch * loaded.preprocessing().inputLength();
    if (length > Integer.MAX_VALUE) {
      throw new CommandException(ExitCode.USAGE, "--batch " + batch + ": so many images of this size, " + length
          + " values, are more than an array holds.");
    }
    Random random = new Random(1);
    float[] values = new float[(int) length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(values, loaded.preprocessing().shape(batch, loaded.format()), 'c');
  }

  private BenchmarkReport report(Loaded loaded, List<Measurement> measurements, double others) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Deeplearning4j", DoctorCommand.version("org.deeplearning4j", "deeplearning4j-nn"));
    boolean compiled = measurements.stream().anyMatch(m -> m.engine().equals(Engine.ONEDNN.toString()));
    if (compiled) {
      versions.put("oneDNN", OneDnn.library().version());
    }
    versions.put("Java", System.getProperty("java.version"));
    List<Long> image = Arrays.stream(loaded.preprocessing().shape(1, loaded.format())).skip(1).boxed().toList();
    return new BenchmarkReport(source.shown(), image, DoctorCpu.read().model(),
        compiled ? OneDnn.library().instructions() : "", versions, measurements, Engine.DL4J.toString(),
        PeakMemory.bytes(), others);
  }
}
