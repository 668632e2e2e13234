package org.resnet4j.spark.cli;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.resnet4j.spark.data.Packing;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.cli.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pack}: images into few large files. */
@Command(name = "pack", description = "Pack the images of class folders into few large files: a million small ones keep"
    + " a cluster's name node, or an object store, busier than its workers.")
public final class PackCommand implements Runnable {
  @Option(names = "--data", paramLabel = "URI", required = true,
      description = "A folder with one sub-folder of images a class, or with train, val and test, each with those; or"
          + " Parquet files with columns path, label, bytes and, if there are parts, part.")
  private String data;

  @Option(names = "--out", paramLabel = "URI", required = true,
      description = "Where the packed set goes; a folder that is empty or isn't there.")
  private String out;

  @Option(names = "--file-size", paramLabel = "SIZE", defaultValue = "128MB", converter = FileSize.Converter.class,
      description = "Images in a file, in bytes, KB, MB or GB; a file is packed by one task.")
  private FileSize fileSize;

  @Option(names = "--seed", paramLabel = "NUMBER", defaultValue = "1",
      description = "Of the images' order: each file is a random sample.")
  private long seed;

  @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "sequence",
      description = "sequence: Hadoop sequence files with an index, for training and prediction; parquet: for Spark SQL"
          + " and for prediction.")
  private Packing.Format format;

  private final PrintStream stdout;
  private final PrintStream stderr;
  private final Supplier<SparkSession> session;

  /**
   * As a subcommand of others.
   *
   * @param stdout where the summary goes
   * @param stderr where progress, warnings and the damaged images go
   * @param session asked for once the command line is read
   */
  public PackCommand(PrintStream stdout, PrintStream stderr, Supplier<SparkSession> session) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.session = session;
  }

  @Override
  public void run() {
    Packing.Options options =
        new Packing.Options(path("--data", data), path("--out", out), fileSize.bytes(), seed, format);
    Packing.Result result;
    try (CountedProgress progress = new CountedProgress("Packing", stderr)) {
      Packing packing = new Packing(session.get(), options);
      packing.objection().ifPresent(objection -> {
        throw new CommandException(ExitCode.USAGE, "--out " + out + " " + objection + ".");
      });
      result = packing.run(progress::start, progress::done);
    } catch (UncheckedIOException e) {
      throw new CommandException(ExitCode.FAILURE, e.getMessage());
    }
    result.warnings().forEach(warning -> stderr.println("Warning: " + Printable.of(warning)));
    if (!result.bad().isEmpty()) {
      stderr.println("Damaged images, left out: " + result.bad().size());
      result.bad().forEach(image -> stderr.println("  " + Printable.of(image.file() + ": " + image.reason())));
    }
    stdout.printf(Locale.ROOT, "Packed %,d images of %,d classes, %,.1f MB, into %,d files: %s%n", result.images(),
        result.classes().size(), result.bytes() / 1e6, result.files(), out);
  }

  /** @throws CommandException if it is none */
  static Path path(String option, String text) {
    try {
      return new Path(text);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, option + " \"" + Printable.of(text) + "\" is no path and no URI ("
          + e.getMessage() + ").");
    }
  }
}
