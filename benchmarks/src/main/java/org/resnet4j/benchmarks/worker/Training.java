package org.resnet4j.benchmarks.worker;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.zoo.weights.SavedModel;

/**
 * {@link ComputationGraph#fit(org.nd4j.linalg.dataset.api.DataSet)}, of Deeplearning4j or of this project's engine. The
 * first steps, whose losses are compared, are on the same images whatever the pipeline.
 */
final class Training implements Computation {
  private final WorkerTask task;
  private final float[] losses;
  private final DataSet first;
  /** Null where {@link #first} is all there is. */
  private final ImageBatches batches;
  private ComputationGraph graph;
  private int steps;

  Training(WorkerTask task) throws IOException {
    this.task = task;
    losses = new float[task.recipe().checkedSteps()];
    SavedModel saved = task.method() == Method.ENGINE ? EngineInference.load(task) : Dl4jInference.load(task);
    graph = saved.graph();
    if (task.pipeline() == Pipeline.ON) {
      PictureBatches pictures = new PictureBatches(task, saved);
      first = pictures.first();
      batches = pictures.varied();
    } else {
      first = new DataSet(Dl4jInference.input(task), oneHot(task.files(), task.batch(), saved.classes().size()));
      batches = null;
    }
  }

  /** [batch, classes] of the first images' labels. */
  static INDArray oneHot(ModelFiles files, int batch, int classes) throws IOException {
    float[] labels = Arrays.copyOf(Floats.readAll(files.labels()), batch);
    float[] oneHot = new float[batch * classes];
    for (int i = 0; i < batch; i++) {
      oneHot[i * classes + (int) labels[i]] = 1;
    }
    return Nd4j.create(oneHot, new long[] {batch, classes}, 'c');
  }

  /**
   * One step.
   *
   * @return its loss without penalties
   */
  static float step(ComputationGraph graph, DataSet batch) {
    double penalties = graph.calcRegularizationScore(true);
    graph.fit(batch);
    return (float) (graph.score() - penalties);
  }

  @Override
  public void compile() {
    if (task.method() == Method.ENGINE) {
      FastComputationGraph fast = OneDnn.wrap(graph, EngineInference.options(task));
      if (fast.trainingMemory(task.inputShape()) < 0) {
        throw new IllegalStateException("the engine leaves the training of " + task.model() + " to Deeplearning4j");
      }
      graph = fast;
    }
  }

  @Override
  public void call() {
    if (steps < losses.length) {
      losses[steps++] = step(graph, first);
    } else {
      graph.fit(batches == null ? first : next());
    }
  }

  private DataSet next() {
    if (!batches.hasNext()) {
      batches.reset();
    }
    return batches.next();
  }

  /** The first steps' losses. */
  @Override
  public float[] values() {
    return Arrays.copyOf(losses, steps);
  }

  @Override
  public Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>(Map.of("Deeplearning4j", Dl4jInference.version()));
    if (task.method() == Method.ENGINE) {
      versions.put("oneDNN", OneDnn.library().version());
    }
    return versions;
  }

  @Override
  public void close() {
    if (batches != null) {
      batches.close();
    }
    graph.close();
  }
}
