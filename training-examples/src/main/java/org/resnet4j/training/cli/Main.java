package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.util.CrashReportingUtil;
import org.resnet4j.engine.EngineException;
import org.resnet4j.modelexport.ExportException;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.loop.CheckpointException;
import org.resnet4j.training.recipe.RecipeException;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.UnknownModelException;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.store.WeightStoreException;
import org.resnet4j.zoo.weights.WeightsException;
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
public final class Main implements Runnable {
  @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show stack traces.")
  private boolean verbose;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  /** Whose messages are for the user, even where the exit code says no more than that it failed. */
  private static final List<Class<?>> SENTENCES = List.of(CommandException.class, WeightsException.class,
      ModelImportException.class, ExportException.class, WeightStoreException.class, EngineException.class,
      CheckpointException.class, RecipeException.class);

  private static final String MORE_MEMORY =
      "give more with RESNET4J_JAVA_OPTS=-Xmx...: the limit of what lies outside the heap grows with it.";

  private static final AtomicBoolean BACKEND_STARTED = new AtomicBoolean();

  private final PrintStream out;
  private final PrintStream err;

  private final Site site;

  private Main(PrintStream out, PrintStream err, Site site) {
    this.out = out;
    this.err = err;
    this.site = site;
  }

  /** Where images are, results go, and steps are computed. */
  Site site() {
    return site;
  }

  /** Where results go. */
  PrintStream out() {
    return out;
  }

  /** Where progress and messages go. */
  PrintStream err() {
    return err;
  }

  /** Chooses the backend before the first ND4J class loads; for commands that compute. */
  void startBackend() {
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
    return run(out, err, Site.HERE, arguments);
  }

  /** Runs a command whose images, results and steps are elsewhere. */
  public static int run(PrintStream out, PrintStream err, Site site, String... arguments) {
    Main main = new Main(out, err, site);
    CommandLine commandLine = new CommandLine(main)
        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((e, parsed) -> misused(e))
        .setExecutionExceptionHandler((e, command, parsed) -> main.report(e, command));
    for (CommandLine command : withSubcommands(commandLine)) {
      command.getCommandSpec().usageMessage()
          .exitCodeListHeading("%nExit codes:%n").exitCodeList(exitCodes())
          .sortOptions(false).abbreviateSynopsis(true).showDefaultValues(true);
    }
    try {
      int code = commandLine.execute(arguments);
      if (out.checkError() && code == ExitCode.OK.code()) {
        err.println("The results could not be written in full: the disk is full, or the reader is gone.");
        return ExitCode.FAILURE.code();
      }
      return code;
    } catch (OutOfMemoryError e) {
      // picocli hands over exceptions only.
      return main.report(e, commandLine);
    }
  }

  private static Iterable<CommandLine> withSubcommands(CommandLine root) {
    Map<String, CommandLine> all = new LinkedHashMap<>(root.getSubcommands());
    all.put(root.getCommandName(), root);
    return all.values();
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (ExitCode code : ExitCode.values()) {
      codes.put(Integer.toString(code.code()), code.meaning());
    }
    return codes;
  }

  /** Without a command: the help. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "Name a command.");
  }

  /** One sentence: the whole help would hide it. */
  private static int misused(CommandLine.ParameterException e) {
    CommandLine command = e.getCommandLine();
    command.getErr().println(Printable.of(e.getMessage()));
    command.getErr().println("See " + command.getCommandSpec().qualifiedName() + " --help.");
    return ExitCode.USAGE.code();
  }

  private int report(Throwable e, CommandLine command) {
    PrintWriter err = command.getErr();
    err.println(sentence(e));
    if (verbose) {
      e.printStackTrace(err);
    }
    return exitCode(e).code();
  }

  private static String sentence(Throwable e) {
    if (e instanceof OutOfMemoryError) {
      return "Out of memory (" + e.getMessage() + "). Lower --batch or --image-size, or " + MORE_MEMORY;
    }
    if (e instanceof EngineException.OutOfMemory step) {
      return String.format(Locale.ROOT, "Out of memory (a step's activations take %,d MB). Lower --batch or"
          + " --image-size, compute activations again with --checkpoint-activations, or %s", step.bytes() >> 20,
          MORE_MEMORY);
    }
    if (e instanceof FileSystemException file) {
      return Printable.of(file.getFile() + ": " + switch (file.getClass().getSimpleName()) {
        case "AccessDeniedException" -> "no permission to read or write there";
        case "NoSuchFileException" -> "no such file or folder";
        case "NotDirectoryException" -> "a part of this path is no folder";
        default -> file.getReason() == null ? file.toString() : file.getReason();
      } + ".");
    }
    String message = e.getMessage() == null ? "" : Printable.of(e.getMessage());
    boolean said = (exitCode(e) != ExitCode.FAILURE || SENTENCES.stream().anyMatch(type -> type.isInstance(e)))
        && !message.isEmpty();
    return said ? message : e.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + message)
        + " (--verbose shows where)";
  }

  private static ExitCode exitCode(Throwable e) {
    if (e instanceof CommandException c) {
      return c.exitCode();
    }
    if (e instanceof DataException || e instanceof ImageException) {
      return ExitCode.BAD_DATA;
    }
    if (e instanceof ModelImportException) {
      return e instanceof ModelImportException.Unreadable ? ExitCode.FAILURE : ExitCode.BAD_MODEL;
    }
    if (e instanceof WeightsException weights) {
      return weights.reason() == WeightsException.Reason.INPUT_OUTPUT ? ExitCode.FAILURE : ExitCode.BAD_MODEL;
    }
    if (e instanceof ExportException) {
      return e instanceof ExportException.NotWritten ? ExitCode.FAILURE : ExitCode.BAD_MODEL;
    }
    if (e instanceof WeightStoreException store) {
      return switch (store.reason()) {
        case SETTING -> ExitCode.USAGE;
        case CHECKSUM_OF_FILE -> ExitCode.BAD_MODEL;
        default -> ExitCode.FAILURE;
      };
    }
    return e instanceof UnknownModelException || e instanceof RecipeException ? ExitCode.USAGE : ExitCode.FAILURE;
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
