package org.resnet4j.spark.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.spark.cluster.Preflight;
import org.resnet4j.spark.data.HadoopAccess;
import org.resnet4j.spark.data.HadoopDatasets;
import org.resnet4j.spark.training.Averaging;
import org.resnet4j.spark.training.Computing;
import org.resnet4j.spark.training.SparkSteps;
import org.resnet4j.spark.training.SparkValidation;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.cli.Printable;
import org.resnet4j.training.cli.Site;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.Datasets;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.loop.Engine;
import org.resnet4j.training.loop.Steps;
import org.resnet4j.training.loop.Validation;

/** A cluster: images and results on its file systems, steps by its workers. */
final class SparkSite implements Site, AutoCloseable {
  private final JavaSparkContext spark;
  private final ClusterOptions options;
  private final Averaging averaging;
  private final PrintStream err;
  private Optional<RemoteFolder> remote = Optional.empty();
  private int workers;

  SparkSite(JavaSparkContext spark, ClusterOptions options, PrintStream err) {
    this.spark = spark;
    this.options = options;
    this.err = err;
    averaging = options.averaging();
  }

  /** Folders and packed sets are read by the workers; other data sets are sent to them. */
  @Override
  public Dataset open(String data, DatasetOptions choice) {
    URI address = uri("--data", data);
    Optional<Dataset> sent =
        address.getScheme() == null ? Datasets.openArrays(data, choice) : Optional.<Dataset>empty();
    if (sent.isEmpty()) {
      new HadoopAccess(spark.hadoopConfiguration()).require(new org.apache.hadoop.fs.Path(address));
    }
    Preflight.run(spark, line -> err.println(Printable.of(line)));
    workers = options.workers(spark); // how many there may be is known only now that there are executors
    return sent.orElseGet(() -> HadoopDatasets.open(address, choice, spark));
  }

  @Override
  public Path folder(String out, String data) throws IOException {
    try {
      remote = Optional.of(RemoteFolder.open(uri("--out", out), spark.hadoopConfiguration()));
    } catch (DataException e) {
      throw new ClusterException(ExitCode.FAILURE, "--out " + e.getMessage());
    }
    return remote.get().local();
  }

  private static URI uri(String option, String text) {
    try {
      return URI.create(text.replace(" ", "%20"));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, option + " " + text + " is no address of a folder, such as"
          + " hdfs://name-node/photos.");
    }
  }

  @Override
  public void written() {
    try {
      if (remote.isPresent()) {
        remote.get().send();
      }
    } catch (IOException e) {
      throw new ClusterException(ExitCode.FAILURE, "--out " + HadoopAccess.unreachable(remote.get().address(), e)
          .getMessage() + " What was sent before is whole there, and --resume goes on from it.");
    }
  }

  @Override
  public String computing(String engine) {
    String how = averaging instanceof Averaging.Gradients ? "gradients averaged at every step"
        : "parameters averaged every " + averaging.every() + " steps";
    return engine + ", " + workers + (workers == 1 ? " worker, " : " workers, ") + how;
  }

  @Override
  public Crew crew(Work work, Consumer<String> say) {
    written(); // or what can't be written would be found an epoch later
    say.accept("Workers: " + workers + ", with " + work.recipe().batch() / workers + " images a step each.");
    return new Workforce(work);
  }

  @Override
  public void close() throws IOException {
    if (remote.isPresent()) {
      remote.get().close();
    }
  }

  private final class Workforce implements Crew {
    private final Work work;
    private final Computing computing;
    private final SparkSteps steps;
    private final SparkValidation validation;

    Workforce(Work work) {
      this.work = work;
      computing = new Computing(work.engine(), work.options().precision(),
          spark.getConf().getInt("spark.task.cpus", 1));
      steps = new SparkSteps(spark, new SparkSteps.Settings(work.recipe(), work.seed(), work.classes(),
          work.preprocessing(), work.format(), work.onBadImage(), sendable(work.train()), computing, workers,
          averaging, work.phase()));
      validation = predicting(work.validation());
    }

    private SparkValidation predicting(ImageSource images) {
      return new SparkValidation(spark, new SparkValidation.Settings(work.classes().toArray(String[]::new),
          work.preprocessing().toJson(), work.format(), work.onBadImage(), sendable(images),
          work.evaluationBatch(), computing, work.recipe().testFlip(), workers));
    }

    private static ImageSource sendable(ImageSource images) {
      if (!(images instanceof Serializable)) {
        throw new IllegalStateException("Images that can't be sent to workers: " + images.getClass().getName());
      }
      return images;
    }

    /** The workers'. */
    @Override
    public Engine engine() {
      return work.engine();
    }

    @Override
    public Steps steps() {
      return steps;
    }

    @Override
    public Validation validation() {
      return validation;
    }

    /** The driver's own graph, which holds the state. */
    @Override
    public ComputationGraph trained(ComputationGraph graph) {
      return graph;
    }

    @Override
    public Tested test(ComputationGraph graph, ImageSource images, IntConsumer imagesDone) {
      try (SparkValidation predicting = predicting(images)) {
        return predicting.test(graph, imagesDone);
      }
    }

    @Override
    public List<BadImage> skipped() {
      return steps.skipped();
    }

    @Override
    public void close() {
      validation.close();
    }
  }
}
