package org.resnet4j.spark.training;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.training.aid.GradientUpdate;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.loop.Steps;
import org.resnet4j.training.loop.Steps.Taken;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.training.loop.TrainingStep;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.training.recipe.RecipePlan;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.image.Preprocessing;

/** A worker in a phase: its net and its images. For one thread. */
final class Worker implements AutoCloseable {
  private final PhaseJob job;
  private final ImageBatches batches;
  private final TrainingStep trained;
  private final Steps.OfPhase steps;
  private INDArray gradient;

  /** @param number 0-based */
  Worker(PhaseJob job, int number) {
    this.job = job;
    LayerHelpers.enable(); // before the graph is made
    ComputationGraph graph = new ComputationGraph(ComputationGraphConfiguration.fromJson(job.configuration()));
    graph.init();
    graph = job.computing().engine().trained(graph, job.computing().options());
    Recipe recipe = Recipe.parse(job.recipe(), "of the run");
    long seed = job.shards().seed(number, job.seed());
    TrainingPlan plan = RecipePlan.of(recipe, graph, job.shards().images(), seed);
    trained = new TrainingStep(plan, plan.phases().get(job.phase()), graph, job.shards().steps());
    int[] mine = job.shards().of(number, job.images()::label);
    batches = new ImageBatches(job.images().selected(mine), List.of(job.classes()),
        Preprocessing.fromJson(job.preprocessing()), RecipePlan.batches(recipe, seed)
            .withBatchSize(job.shards().batch()).withFormat(job.format()).withThreads(job.computing().threads())
            .withOnBadImage(job.onBadImage()));
    steps = (job.averaging() instanceof Averaging.Gradients
        ? Steps.gradientsOf(batches, computed -> gradient = computed) : Steps.of(batches)).begin(trained);
  }

  /** Takes a round's steps, as far as there are images. */
  RoundResult take(RoundState from) {
    Floats.install(trained, from.parameters(), from.updater(), from.phaseStep());
    steps.position(from.epoch(), from.batch());
    double waited = steps.waitedSeconds();
    RoundResult result = RoundResult.NOTHING;
    for (int i = 0; i < from.steps() && steps.hasNext(); i++) {
      Taken taken = steps.take(from.step() + i, from.phaseStep() + i, 1);
      result = new RoundResult(null, null, 1, result.steps() + taken.steps(), result.images() + taken.images(),
          result.lossSum() + taken.lossSum(), result.right() + taken.right(), result.seconds() + taken.seconds(), 0,
          List.of());
    }
    return result.steps() == 0 ? RoundResult.NOTHING.with(batches.skipped())
        : with(result, from.share(), steps.waitedSeconds() - waited);
  }

  private RoundResult with(RoundResult counted, float share, double waited) {
    float[] values;
    float[] updater = null;
    if (job.averaging() instanceof Averaging.Gradients) {
      GradientUpdate.scaleStatistics(trained.graph(), gradient, counted.images());
      values = Floats.of(gradient);
    } else {
      values = scaled(trained.graph().params(), share);
      INDArray state = trained.updaterState();
      updater = state == null ? null : scaled(state, share);
    }
    return new RoundResult(values, updater, counted.workers(), counted.steps(), counted.images(), counted.lossSum(),
        counted.right(), counted.seconds(), waited, batches.skipped());
  }

  private static float[] scaled(INDArray array, float share) {
    float[] values = Floats.of(array);
    for (int i = 0; share != 1 && i < values.length; i++) {
      values[i] *= share;
    }
    return values;
  }

  @Override
  public void close() {
    steps.close();
    batches.close();
    trained.graph().close();
  }
}
