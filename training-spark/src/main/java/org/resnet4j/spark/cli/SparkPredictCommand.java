package org.resnet4j.spark.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.resnet4j.spark.cluster.Preflight;
import org.resnet4j.spark.prediction.Predicting;
import org.resnet4j.spark.training.Computing;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ComputeOptions;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.cli.ModelSource;
import org.resnet4j.training.cli.Printable;
import org.resnet4j.zoo.weights.SavedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code predict} by the cluster's workers. A damaged image is told and the others are still predicted. */
@Command(name = "predict", description = "Tell the likeliest classes of images, by the cluster's workers, into Parquet"
    + " files: path, label (if known), predictions (class and probability), features (on request), error.")
final class SparkPredictCommand implements Callable<Integer> {
  @Option(names = "--data", paramLabel = "URI", required = true,
      description = "A folder of images, in whatever folders they are; what pack makes; or Parquet files with columns"
          + " path and bytes. Labels are a packed set's or table's; in a folder, those of folders that are called as"
          + " the model's classes.")
  private String data;

  @Option(names = "--out", paramLabel = "URI", required = true,
      description = "Where the Parquet files go; a folder that is empty or isn't there.")
  private String out;

  @Mixin
  private ModelSource source;

  @Mixin
  private ComputeOptions compute;

  @Option(names = "--top", paramLabel = "COUNT", defaultValue = "5", description = "How many classes to tell.")
  private int top;

  @Option(names = "--batch", paramLabel = "IMAGES", defaultValue = "32",
      description = "Images that are computed at a time. Probabilities' last bits depend on it.")
  private int batch;

  @Option(names = "--features", description = "Tell what the classifying layer is given, too.")
  private boolean features;

  @ParentCommand
  private SparkMain program;

  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (top < 1) {
      throw new CommandException(ExitCode.USAGE, "--top is 1 or more; found " + top + ".");
    }
    if (batch < 1) {
      throw new CommandException(ExitCode.USAGE, "--batch is 1 or more; found " + batch + ".");
    }
    compute.check();
    Path from = PackCommand.path("--data", data);
    Path to = PackCommand.path("--out", out);
    try (JavaSparkContext spark = program.connect("resnet4j predict");
        RemoteModel remote = new RemoteModel(spark.hadoopConfiguration())) {
      remote.fetch(spec);
      program.startBackend();
      ComputeOptions.Chosen chosen = compute.choose(program.err());
      Computing computing =
          new Computing(chosen.engine(), chosen.type(), spark.getConf().getInt("spark.task.cpus", 1));
      Predicting predicting = new Predicting(SparkSession.builder().getOrCreate(),
          new Predicting.Options(from, to, top, batch, features, computing));
      predicting.objection().ifPresent(objection -> {
        throw new CommandException(ExitCode.USAGE, "--out " + out + " " + objection + ".");
      });
      Preflight.run(spark, line -> program.err().println(Printable.of(line)));
      return tell(predict(predicting, source.classifier(program.err())));
    }
  }

  private Predicting.Result predict(Predicting predicting, SavedModel model) {
    try (CountedProgress progress = new CountedProgress("Predicting", program.err())) {
      return predicting.run(model, progress::start, progress::done);
    } catch (UncheckedIOException e) {
      throw new CommandException(ExitCode.FAILURE, e.getMessage());
    }
  }

  private int tell(Predicting.Result result) {
    PrintStream err = program.err();
    result.warnings().forEach(warning -> err.println("Warning: " + Printable.of(warning)));
    if (!result.bad().isEmpty()) {
      err.println("Damaged images: " + result.bad().size());
      result.bad().forEach(image -> err.println("  " + Printable.of(image.file() + ": " + image.reason())));
    }
    if (result.unknown() > 0) {
      err.printf(Locale.ROOT, "Warning: %,d images have labels that the model doesn't know.%n", result.unknown());
    }
    program.out().printf(Locale.ROOT, "Predicted %,d images, and %,d are damaged: %s%n",
        result.images() - result.bad().size(), result.bad().size(), out);
    if (result.labelled() > 0) {
      program.out().printf(Locale.ROOT, "top-1 %.4f%n%d of %d right%n", (double) result.right() / result.labelled(),
          result.right(), result.labelled());
    }
    return (result.bad().isEmpty() ? ExitCode.OK : ExitCode.BAD_DATA).code();
  }
}
