package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.util.CrashReportingUtil;
import org.resnet4j.zoo.LayerHelpers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line's entry. */
@Command(
    name = "resnet4j",
    description = "Residual networks for Java: train one on a folder of photos, look at the report, use the model.",
    subcommands = {TrainCommand.class, FinetuneCommand.class, FindRateCommand.class, CompareCommand.class,
        PredictCommand.class, EvaluateCommand.class, ListCommand.class, SummaryCommand.class, BenchmarkCommand.class,
        ImportCommand.class, ExportCommand.class, VerifyCommand.class, DoctorCommand.class, QuickstartCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    scope = ScopeType.INHERIT)
public final class Main implements Runnable, Program {
  @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show stack traces.")
  private boolean verbose;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  private static final String MORE_MEMORY =
      "give more with RESNET4J_JAVA_OPTS=-Xmx...: the limit of what lies outside the heap grows with it.";

  private static final AtomicBoolean BACKEND_STARTED = new AtomicBoolean();

  private final PrintStream out;
  private final PrintStream err;

  private Main(PrintStream out, PrintStream err) {
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
  public Site site() {
    return Site.HERE;
  }

  @Override
  public void startBackend() {
    if (BACKEND_STARTED.compareAndSet(false, true)) {
      BackendChoice.announce(err);
      LayerHelpers.enable();
      // DL4J would write a dump of megabytes into the current folder when memory runs out.
      CrashReportingUtil.crashDumpsEnabled(false);
    }
  }

  /** Runs another command in this process, as quickstart does. */
  int runCommand(String... arguments) {
    return run(out, err, arguments);
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  /**
   * Runs a command.
   *
   * @param out where results go, as UTF-8
   * @param err where progress and messages go
   * @return the exit code
   */
  public static int run(PrintStream out, PrintStream err, String... arguments) {
    Main main = new Main(out, err);
    return new CommandRunner(main, () -> main.verbose, MORE_MEMORY).run(out, err, arguments);
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
      return new String[] {"resnet4j " + text()};
    }

    static String text() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "(built from classes)" : version;
    }
  }
}
