package org.resnet4j.spark.training;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.spark.cluster.Answer;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.spark.cluster.JobFailure;
import org.resnet4j.training.aid.GradientUpdate;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.BalancedOrder;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.OnBadImage;
import org.resnet4j.training.loop.Steps;
import org.resnet4j.training.loop.TrainingStep;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.zoo.image.Preprocessing;
import scala.Tuple2;

/** Steps that a cluster's workers take together. */
public final class SparkSteps implements Steps {
  private static final double NANOS = 1e9;

  private final JavaSparkContext spark;
  private final Settings settings;
  private final Shards shards;
  private final Set<BadImage> skipped = new LinkedHashSet<>();
  private int phase;

  /**
   * What a run is.
   *
   * @param images to train on, serializable: they are sent to all workers
   * @param workers one or more, whatever executors there are; a recipe's batch is shared out among them
   * @param from the phase to begin with, 0-based
   */
  public record Settings(Recipe recipe, long seed, List<String> classes, Preprocessing preprocessing,
                         CNN2DFormat format, OnBadImage onBadImage, ImageSource images,
                         Computing computing, int workers, Averaging averaging, int from) { }

  /**
   * Steps of a run; workers are made when the first is taken.
   *
   * @throws ClusterException if the workers can't share batches and images out, or the recipe wants what they can't do
   */
  public SparkSteps(JavaSparkContext spark, Settings settings) {
    this.spark = spark;
    this.settings = settings;
    int batch = settings.recipe().batch();
    int workers = settings.workers();
    if (batch % workers != 0 || batch / workers < 2) {
      throw refused("Batch: expected a multiple of the " + workers + " workers, two images each or more, found " + batch
          + "; change --batch or --workers.");
    }
    if (settings.images().size() < batch) {
      throw refused("Images: expected at least a batch of " + batch + ", so that no worker is without, found "
          + settings.images().size() + "; take fewer workers (--workers) or a smaller batch (--batch).");
    }
    if (settings.averaging() instanceof Averaging.Parameters && settings.recipe().ema().isPresent()) {
      throw refused("Recipe, ema: expected none where parameters are averaged, found one; leave it out, or average"
          + " gradients.");
    }
    shards = new Shards(settings.images().size(), workers, batch / workers, settings.seed(),
        settings.recipe().balance() == Recipe.Balance.SAMPLING);
    if (shards.balanced()) {
      requireEveryClassEverywhere();
    }
    phase = settings.from() - 1;
  }

  /** A worker draws as often from one class as from another, and can't from one that it has nothing of. */
  private void requireEveryClassEverywhere() {
    List<String> classes = settings.classes();
    int[] counts = BalancedOrder.counts(IntStream.range(0, settings.images().size()).map(settings.images()::label)
        .toArray(), classes.size());
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] < settings.workers()) {
        throw refused("Class " + classes.get(c) + ": expected an image for each of the " + settings.workers()
            + " workers, since each of them balances classes by sampling, found " + counts[c] + "; take fewer workers,"
            + " or balance by class weights.");
      }
    }
  }

  private static ClusterException refused(String sentence) {
    return new ClusterException(ExitCode.USAGE, sentence);
  }

  /** Images that workers left out so far, since they could not be read. */
  public List<BadImage> skipped() {
    return List.copyOf(skipped);
  }

  @Override
  public int images() {
    return settings.images().size();
  }

  @Override
  public int batch() {
    return settings.recipe().batch();
  }

  @Override
  public OfPhase begin(TrainingStep step) {
    phase++;
    return new Phase(step, new PhaseJob(UUID.randomUUID().toString(), step.graph().getConfiguration().toJson(),
        settings.recipe().toYaml(), phase, settings.seed(), settings.computing(),
        settings.classes().toArray(String[]::new), settings.preprocessing().toJson(), settings.format(),
        settings.onBadImage(), settings.images(), shards, settings.averaging()));
  }

  private final class Phase implements OfPhase {
    private final TrainingStep trained;
    private final Averaging averaging;
    private final Broadcast<PhaseJob> job;
    private final RoundSize size;
    private final JavaRDD<Integer> workers;
    private int epoch;
    private int batch;
    private boolean barren;
    private double waited;

    Phase(TrainingStep trained, PhaseJob phaseJob) {
      this.trained = trained;
      averaging = phaseJob.averaging();
      INDArray updater = averaging instanceof Averaging.Gradients ? null : trained.updaterState();
      long floats = trained.graph().params().length() + (updater == null ? 0 : updater.length());
      size = new RoundSize(shards.workers(), Float.BYTES * floats);
      size.check(spark.getConf(), Runtime.getRuntime().maxMemory());
      job = spark.broadcast(phaseJob);
      // Cached, so that a worker stays where its images and its net are.
      workers = spark.parallelize(IntStream.range(0, shards.workers()).boxed().toList(), shards.workers()).cache();
    }

    @Override
    public void position(int epoch, int batch) {
      this.epoch = epoch;
      this.batch = batch;
      barren = batch == 0;
    }

    @Override
    public boolean hasNext() {
      return batch < shards.steps();
    }

    @Override
    public Taken take(long step, long phaseStep, long most) {
      long began = System.nanoTime();
      int steps = (int) Math.min(Math.min(averaging.every(), shards.steps() - batch), most);
      INDArray updater = averaging instanceof Averaging.Gradients ? null : trained.updaterState();
      int active = shards.active(batch);
      RoundResult result = round(new RoundState(Floats.of(trained.graph().params()),
          updater == null ? null : Floats.of(updater), epoch, batch, steps, step, phaseStep, 1f / active));
      batch += steps;
      skipped.addAll(result.skipped());
      if (result.steps() > 0) {
        install(result, steps, phaseStep, active);
      }
      barren &= result.images() == 0;
      if (barren && !hasNext()) {
        throw noneRead();
      }
      waited += result.waited();
      return new Taken(batch, result.steps() == 0 ? 0 : steps, result.images(), result.lossSum(), result.right(),
          (System.nanoTime() - began) / NANOS - result.waited());
    }

    private DataException noneRead() {
      String one = skipped.stream().findFirst().map(bad -> ", such as " + bad.file() + ": " + bad.reason()).orElse("");
      return new DataException(DataException.Kind.NO_IMAGES, "Epoch " + (epoch + 1) + ": expected training images,"
          + " found none of " + images() + " that workers could read" + one);
    }

    /** Fewer workers than those with images left come back if one's rest was a single image, or unreadable. */
    private void install(RoundResult result, int steps, long phaseStep, int active) {
      if (averaging instanceof Averaging.Gradients) {
        try (INDArray gradient = Floats.array(result.values())) {
          GradientUpdate.scaleStatistics(trained.graph(), gradient, 1.0 / result.images());
          trained.apply(gradient, result.images(), result.lossSum() / result.images(), phaseStep);
        }
        return;
      }
      if (result.workers() < active) {
        result.scale((float) active / result.workers());
      }
      Floats.install(trained, result.values(), result.updater(), phaseStep + steps);
    }

    private RoundResult round(RoundState from) {
      Broadcast<PhaseJob> phaseJob = job;
      Broadcast<RoundState> state = spark.broadcast(from);
      try {
        return RoundSum.of(workers.mapToPair(
            worker -> new Tuple2<>(worker, Answer.of(() -> Workers.take(phaseJob.value(), worker, state.value())))),
            size.slices());
      } catch (Exception e) { // Spark's are checked, and undeclared
        throw JobFailure.of(e);
      } finally {
        state.destroy();
      }
    }

    @Override
    public double waitedSeconds() {
      return waited;
    }

    @Override
    public void close() {
      workers.unpersist(false);
      job.destroy();
    }
  }
}
