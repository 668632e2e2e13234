package org.resnet4j.spark.cli;

import java.io.IOException;
import java.io.PrintStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.util.CrashReportingUtil;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.spark.cluster.ClusterSettings;
import org.resnet4j.training.cli.BackendChoice;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.CommandRunner;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.cli.Program;
import org.resnet4j.training.cli.Site;
import org.resnet4j.zoo.LayerHelpers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The entry of {@code spark-submit --class org.resnet4j.spark.cli.SparkMain training-spark-...-all.jar COMMAND}. */
@Command(
    name = "resnet4j-spark",
    description = "Residual networks on a Spark cluster.",
    subcommands = {SparkTrainCommand.class, SparkFinetuneCommand.class, SparkPredictCommand.class, PackCommand.class,
        DoctorCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = SparkMain.Version.class,
    scope = ScopeType.INHERIT)
public final class SparkMain implements Runnable, Program {
  private static final String MORE_MEMORY = "give more with --conf spark.executor.memoryOverhead=... (workers) or"
      + " --driver-memory (this process).";

  @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show stack traces.")
  private boolean verbose;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  private final PrintStream out;
  private final PrintStream err;
  private Site site;

  private SparkMain(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public PrintStream out() {
    return out;
  }

  @Override
  public PrintStream err() {
    return err;
  }

  @Override
  public void startBackend() {
    BackendChoice.announce(err);
    LayerHelpers.enable();
    CrashReportingUtil.crashDumpsEnabled(false);
  }

  @Override
  public Site site() {
    return site;
  }

  /** A command that trains. */
  @FunctionalInterface
  interface Training {
    Integer call() throws IOException;
  }

  /** Runs it with the cluster for its site. */
  Integer onCluster(String application, ClusterOptions options, Training command) throws IOException {
    options.check();
    try (JavaSparkContext spark = connect(application);
        SparkSite cluster = new SparkSite(spark, options, err)) {
      site = cluster;
      return command.call();
    }
  }

  /**
   * The cluster that {@code spark-submit} named, with what workers need; the caller closes it.
   *
   * @throws CommandException if none was named, or it doesn't answer
   */
  JavaSparkContext connect(String application) {
    SparkConf conf = settings(application);
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) { // which one, declared or not, depends on how far Spark had come
      ClusterException said = new ClusterException(ExitCode.FAILURE, "Spark can't begin on --master "
          + conf.get("spark.master") + " (" + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
          + "): is that its address, and is it up? Spark's log above tells more.");
      said.initCause(e);
      throw said;
    }
  }

  /** The same for what needs Spark SQL; it is stopped when the command has run. */
  private SparkSession session(String application) {
    connect(application); // the session is of the context that there is
    return SparkSession.builder().getOrCreate();
  }

  private SparkConf settings(String application) {
    SparkConf conf = new SparkConf().setIfMissing("spark.app.name", application);
    if (!conf.contains("spark.master")) {
      throw new CommandException(ExitCode.USAGE, "No cluster is named: run it by spark-submit --master"
          + " spark://HOST:7077 (or yarn, k8s://..., or local[4] to try).");
    }
    ClusterSettings.limitDriver(conf);
    ClusterSettings.complete(conf).forEach(warning -> err.println("Warning: " + warning));
    return conf;
  }

  /**
   * Runs a command. The process ends with its exit code, and where that is 0, by itself: YARN takes a driver that calls
   * {@code System.exit} for one that failed.
   */
  public static void main(String[] arguments) {
    // Spark's threads, such as those that receive results, die of it, and the job would be waited for without end.
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
      if (e instanceof OutOfMemoryError) {
        System.err.println("Out of memory in the driver (" + e.getMessage() + "): give more with --driver-memory, or"
            + " take fewer workers (--workers).");
        Runtime.getRuntime().halt(ExitCode.FAILURE.code());
      }
      System.err.println("Thread " + thread.getName() + " ended: " + e);
    });
    int code = run(System.out, System.err, arguments);
    if (code != ExitCode.OK.code()) {
      System.exit(code);
    }
  }

  /**
   * Runs a command.
   *
   * @param out where results go, as UTF-8
   * @param err where progress and messages go
   * @return the exit code
   */
  public static int run(PrintStream out, PrintStream err, String... arguments) {
    SparkMain main = new SparkMain(out, err);
    try {
      return new CommandRunner(main, main.commands(), () -> main.verbose, MORE_MEMORY).run(out, err, arguments);
    } finally {
      if (SparkSession.getDefaultSession().isDefined()) {
        SparkSession.getDefaultSession().get().stop();
      }
    }
  }

  private CommandLine.IFactory commands() {
    return new CommandLine.IFactory() {
      @Override
      public <K> K create(Class<K> type) throws Exception {
        return type == PackCommand.class ? type.cast(new PackCommand(out, err, () -> session("resnet4j pack")))
            : CommandLine.defaultFactory().create(type);
      }
    };
  }

  /** Without a command: the help. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "Name a command.");
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = SparkMain.class.getPackage().getImplementationVersion();
      return new String[] {"resnet4j-spark " + (version == null ? "(built from classes)" : version)};
    }
  }
}
