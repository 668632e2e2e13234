package org.resnet4j.spark.prediction;

import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntConsumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.spark.data.GivenImages;
import org.resnet4j.spark.data.HadoopAccess;
import org.resnet4j.spark.data.ParquetFolder;
import org.resnet4j.spark.training.Computing;
import org.resnet4j.spark.training.SentGraph;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.DataException;
import org.resnet4j.zoo.NetworkInput;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

/**
 * Has a cluster's workers predict images of any number, and writes Parquet files with a row an image: path, label (if
 * known), predictions (the most probable classes, the most probable first: array of class and probability), features
 * (on request: what the classifying layer is given, float32) and error (of an image that couldn't be read, in place of
 * predictions and features).
 *
 * <p>Each image has one row, whatever tasks are lost or run twice: the files of one attempt count for a task, which the
 * driver chooses; rows are counted before the folder gets its name, and {@code _SUCCESS} is written last. An image's
 * numbers are those that one machine computes in a batch of that size, to the bit on the engine, whichever task has it;
 * Deeplearning4j's depend in the last bits on an image's place in a batch that is no multiple of 8.
 */
public final class Predicting {
  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Options options;
  private final HadoopAccess access;
  private final Path data;
  private final Path out;

  /**
   * What to predict, and how.
   *
   * @param data see {@link GivenImages}
   * @param out a folder that is empty or isn't there
   * @param top classes an image; all, if there are fewer
   * @param batch images computed at a time
   */
  public record Options(Path data, Path out, int top, int batch, boolean features, Computing computing) {
    public Options {
      if (top < 1 || batch < 1) {
        throw new IllegalArgumentException("top and batch must be 1 or more, found " + top + " and " + batch);
      }
    }
  }

  /**
   * What was predicted.
   *
   * @param images rows that were written
   * @param bad those of them that couldn't be read, by name
   * @param labelled readable images whose label is one of the model's classes
   * @param right those of them whose most probable class it is
   * @param unknown readable images whose label is none of the model's classes
   * @param warnings a sentence each
   */
  public record Result(long images, List<BadImage> bad, long labelled, long right, long unknown,
                       List<String> warnings) { }

  /** @throws DataException if a file system can't be reached */
  public Predicting(SparkSession session, Options options) {
    this.session = session;
    this.options = options;
    spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    access = new HadoopAccess(spark.hadoopConfiguration());
    data = access.qualified(options.data());
    out = access.qualified(options.out());
  }

  /** What is wrong with where it is to go, as the rest of a sentence. */
  public Optional<String> objection() {
    return new ParquetFolder(session, out, access).objection(data);
  }

  /**
   * Predicts. If it fails, nothing stays that could be taken for a result.
   *
   * @param images hears how many there are, before the first one is predicted
   * @param progress hears how many are done
   * @throws DataException if the data can't be reached, or have no images
   * @throws UncheckedIOException if the output can't be written
   */
  public Result run(SavedModel model, IntConsumer images, IntConsumer progress) {
    try (GivenImages given = GivenImages.open(session, data, model.classes())) {
      images.accept(given.size());
      Broadcast<PredictionJob> job = spark.broadcast(job(model));
      try {
        JavaRDD<Row> rows = given.tasks(options.batch, slots(), found -> PredictedRows.of(job.value(), found));
        return new ParquetFolder(session, out, access).write(
            new ParquetFolder.Table(rows, PredictionTable.schema(options.features), Map.of()), "Predicting",
            given.size(), progress, written -> result(written, given, model.classes()));
      } finally {
        job.destroy();
        HeldModel.drop(); // tasks of local[N] ran in this process
      }
    }
  }

  private PredictionJob job(SavedModel model) {
    return new PredictionJob(UUID.randomUUID().toString(),
        SentGraph.of(options.features ? ResNetTransfer.withFeatures(model.graph()) : model.graph()),
        model.classes().toArray(String[]::new), model.preprocessing().toJson(), NetworkInput.of(model.graph()).format(),
        options.batch, options.top, options.features, options.computing);
  }

  private int slots() {
    return Math.max(1, spark.defaultParallelism() / spark.getConf().getInt("spark.task.cpus", 1));
  }

  /** From what was written, which is what counts. */
  private Result result(Path written, GivenImages given, List<String> classes) {
    Dataset<Row> table =
        session.read().schema(PredictionTable.schema(options.features)).parquet(written.toString());
    Column label = table.col(PredictionTable.LABEL);
    Column readable = table.col(PredictionTable.ERROR).isNull();
    Column known = label.isin(classes.toArray());
    Column best = table.col(PredictionTable.PREDICTIONS).getItem(0).getField(PredictionTable.CLASS);
    Row counts = table.agg(functions.count(functions.lit(1)), count(functions.not(readable)),
        count(readable.and(known)), count(readable.and(known).and(label.equalTo(best))),
        count(readable.and(label.isNotNull()).and(functions.not(known)))).first();
    if (counts.getLong(0) != given.size()) {
      throw new ClusterException(ExitCode.FAILURE, "Of " + given.size() + " images " + counts.getLong(0) + " rows were"
          + " written: the data changed meanwhile, or this file system isn't to be relied on. Nothing was kept; predict"
          + " again.");
    }
    List<BadImage> bad = counts.getLong(1) == 0 ? List.of() : table.where(functions.not(readable))
        .select(table.col(PredictionTable.PATH), table.col(PredictionTable.ERROR)).collectAsList().stream()
        .map(row -> new BadImage(row.getString(0), row.getString(1))).sorted(Comparator.comparing(BadImage::file))
        .toList();
    return new Result(counts.getLong(0), bad, counts.getLong(2), counts.getLong(3), counts.getLong(4),
        given.warnings());
  }

  private static Column count(Column condition) {
    return functions.count(functions.when(condition, 1));
  }
}
