package org.resnet4j.training.aid;

import java.util.List;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A training step in two halves: the gradient, computed here or elsewhere, and the update by it, with the net's
 * listeners, updater, regularisation and constraints as in {@code fit}.
 *
 * <p>A gradient is one flat array of the parameters' length and order: the sum over a batch's images; in the places of
 * norms' running statistics, what the step takes from them.
 */
public final class GradientUpdate {
  private GradientUpdate() {}

  /**
   * The gradient of a batch; nothing is updated, running statistics neither.
   *
   * @return the net's own array [length], which the next call writes over
   */
  public static INDArray gradient(ComputationGraph graph, DataSet batch) {
    synchronized (graph) {
      GradientAccumulation.compute(graph, batch.toMultiDataSet());
      graph.clearLayerMaskArrays();
      graph.clearLayersStates();
      return flat(graph);
    }
  }

  /**
   * One update.
   *
   * @param gradient [length], the sum over all images; of running statistics, the mean over the batches it came from
   * @param images that it was summed over; mean losses divide by it
   * @param score what the net says of the step
   * @throws IllegalArgumentException if the gradient isn't of this net
   */
  public static void apply(ComputationGraph graph, INDArray gradient, int images, double score) {
    if (gradient.length() != graph.numParams()) {
      throw new IllegalArgumentException("Gradient: expected " + graph.numParams() + " values, as the net has"
          + " parameters, found " + gradient.length() + ".");
    }
    synchronized (graph) {
      if (graph.getFlattenedGradients() == null) {
        graph.initGradientsView();
      }
      flat(graph).assign(gradient);
      graph.setInput(0, Nd4j.zeros(images, 1)); // from which the net and its listeners know the number of images
      graph.setScore(score);
      List<TrainingListener> listeners = List.copyOf(graph.getListeners());
      listeners.forEach(listener -> listener.onGradientCalculation(graph));
      int iteration = graph.getConfiguration().getIterationCount();
      int epoch = graph.getConfiguration().getEpochCount();
      graph.getUpdater(true).update(named(graph), iteration, epoch, images, LayerWorkspaceMgr.noWorkspaces());
      graph.params().reshape(gradient.length()).subi(flat(graph));
      listeners.forEach(listener -> listener.iterationDone(graph, iteration, epoch));
      graph.getConfiguration().setIterationCount(iteration + 1);
      graph.applyConstraints(iteration, epoch);
      graph.clear();
    }
  }

  /** Multiplies what a gradient [length] says of the net's running statistics, and leaves the rest. */
  public static void scaleStatistics(ComputationGraph graph, INDArray gradient, double factor) {
    for (ParameterSlice slice : ParameterSlice.of(graph)) {
      if (slice.isStatistic()) {
        gradient.get(NDArrayIndex.interval(slice.begin(), slice.begin() + slice.values().length())).muli(factor);
      }
    }
  }

  private static INDArray flat(ComputationGraph graph) {
    return graph.getFlattenedGradients().reshape(graph.getFlattenedGradients().length());
  }

  /** With a view for each parameter, which clipping by layer wants. */
  private static Gradient named(ComputationGraph graph) {
    Gradient gradient = new DefaultGradient(graph.getFlattenedGradients());
    for (ParameterSlice slice : ParameterSlice.of(graph)) {
      gradient.setGradientFor(slice.layer().getConfig().getLayerName() + "_" + slice.name(), slice.gradient());
    }
    return gradient;
  }
}
