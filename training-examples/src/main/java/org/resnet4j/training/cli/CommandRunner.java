package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.resnet4j.engine.EngineException;
import org.resnet4j.modelexport.ExportException;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.loop.CheckpointException;
import org.resnet4j.training.recipe.RecipeException;
import org.resnet4j.zoo.UnknownModelException;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.store.WeightStoreException;
import org.resnet4j.zoo.weights.WeightsException;
import picocli.CommandLine;

/**
 * Runs a program's commands as all of them are run: results on one stream, messages on another, a sentence in place of
 * a stack trace, and an {@link ExitCode}.
 */
public final class CommandRunner {
  /** Whose messages are for the user, even where the exit code says no more than that it failed. */
  private static final List<Class<?>> SENTENCES = List.of(CommandException.class, WeightsException.class,
      ModelImportException.class, ExportException.class, WeightStoreException.class, EngineException.class,
      CheckpointException.class, RecipeException.class);

  private final Object program;
  private final CommandLine.IFactory commands;
  private final BooleanSupplier verbose;
  private final String moreMemory;

  /**
   * A runner of a program.
   *
   * @param program annotated as picocli's command, with its subcommands
   * @param verbose whether the user, once the command line is read, wants stack traces
   * @param moreMemory how to give it more memory: the end of a sentence
   */
  public CommandRunner(Object program, BooleanSupplier verbose, String moreMemory) {
    this(program, CommandLine.defaultFactory(), verbose, moreMemory);
  }

  /**
   * The same for a program some of whose subcommands take something to be made.
   *
   * @param commands makes them
   */
  public CommandRunner(Object program, CommandLine.IFactory commands, BooleanSupplier verbose, String moreMemory) {
    this.program = program;
    this.commands = commands;
    this.verbose = verbose;
    this.moreMemory = moreMemory;
  }

  /**
   * Runs a command.
   *
   * @param out where results go, as UTF-8
   * @param err where progress and messages go
   * @return the exit code
   */
  public int run(PrintStream out, PrintStream err, String... arguments) {
    CommandLine commandLine = new CommandLine(program, commands)
        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((e, parsed) -> misused(e))
        .setExecutionExceptionHandler((e, command, parsed) -> report(e, command));
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
      return report(e, commandLine);
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
    if (verbose.getAsBoolean()) {
      e.printStackTrace(err);
    }
    return exitCode(e).code();
  }

  private String sentence(Throwable e) {
    if (e instanceof OutOfMemoryError) {
      return "Out of memory (" + e.getMessage() + "). Lower --batch or --image-size, or " + moreMemory;
    }
    if (e instanceof EngineException.OutOfMemory step) {
      return String.format(Locale.ROOT, "Out of memory (a step's activations take %,d MB). Lower --batch or"
          + " --image-size, compute activations again with --checkpoint-activations, or %s", step.bytes() >> 20,
          moreMemory);
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
    if (said) {
      return message;
    }
    // Spark's messages have the stack trace of the task in them.
    String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return e.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + Printable.of(first))
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
}
