package org.resnet4j.training.finder;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * The learning rate range test of Smith, "Cyclical Learning Rates" (https://arxiv.org/abs/1506.01186, section 3.3),
 * with the exponential rise and the stop of fast.ai's {@code lr_find} (fastai 2.8): a step a batch, each with a higher
 * rate, until the smoothed loss exceeds four times its minimum or isn't finite.
 */
public final class LearningRateFinder {
  private static final double EXPLODED = 4;

  private final ComputationGraph copy;
  private final DataSetIterator batches;
  private final FinderOptions options;
  private final Map<IUpdater, Double> updaters;

  private LearningRateFinder(ComputationGraph copy, DataSetIterator batches, FinderOptions options) {
    this.copy = copy;
    this.batches = batches;
    this.options = options;
    updaters = updaters(copy);
  }

  /**
   * Trains a copy of a graph, which takes as much memory as the graph does; nothing of the graph itself changes. It
   * uses the graph's updaters and penalties, not its listeners. Where rates differ, the highest is the one that rises
   * and the others keep their share of it. The same graph, batches and options give the same curve.
   *
   * @param graph any that {@code fit} takes with these batches, or of {@code OneDnn.wrap}
   * @param batches reset at the start and whenever they end
   * @throws IllegalArgumentException if nothing of the graph learns, or there is no batch of two examples
   */
  public static LearningRateCurve run(ComputationGraph graph, DataSetIterator batches, FinderOptions options) {
    Nd4j.getRandom().setSeed(options.seed());
    ComputationGraph copy = copy(graph);
    try {
      return new LearningRateFinder(copy, batches, options).run();
    } finally {
      copy.close();
    }
  }

  /** A copy that shares nothing: M2.1's have their original's updater objects and list of listeners. */
  private static ComputationGraph copy(ComputationGraph graph) {
    List<TrainingListener> listeners = List.copyOf(graph.getListeners());
    ComputationGraph copy = graph.clone();
    copy.setListeners(List.of());
    if (graph.getListeners().size() != listeners.size()) {
      graph.setListeners(listeners);
    }
    for (Layer layer : copy.getLayers()) {
      layer.conf().setLayer(copy(layer.conf().getLayer()));
    }
    INDArray state = copy.getUpdater().getStateViewArray();
    copy.setUpdater(null); // it holds the shared objects
    if (state != null) {
      copy.getUpdater().getStateViewArray().assign(state);
      state.close();
    }
    return copy;
  }

  private static org.deeplearning4j.nn.conf.layers.Layer copy(org.deeplearning4j.nn.conf.layers.Layer layer) {
    ObjectMapper json = NeuralNetConfiguration.mapper();
    try {
      return json.readValue(json.writeValueAsString(layer), org.deeplearning4j.nn.conf.layers.Layer.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Layer " + layer.getLayerName() + " of " + layer.getClass().getName()
          + ": expected one that survives JSON, as saving needs it, too. " + e.getOriginalMessage(), e);
    }
  }

  private LearningRateCurve run() {
    List<RatePoint> points = new ArrayList<>();
    double average = 0;
    double least = Double.POSITIVE_INFINITY;
    batches.reset();
    for (int step = 0; step < options.steps(); step++) {
      double rate = options.rate(step);
      double loss = train(nextBatch(), rate);
      average = options.smoothing() * average + (1 - options.smoothing()) * loss;
      double smoothed = average / (1 - Math.pow(options.smoothing(), step + 1));
      if (!Double.isFinite(smoothed)) {
        return new LearningRateCurve(points, true);
      }
      points.add(new RatePoint(rate, loss, smoothed));
      least = Math.min(least, smoothed);
      if (smoothed > EXPLODED * least) {
        return new LearningRateCurve(points, true);
      }
    }
    return new LearningRateCurve(points, false);
  }

  private double train(DataSet batch, double rate) {
    updaters.forEach((updater, share) -> updater.setLrAndSchedule(rate * share, null));
    double penalty = copy.calcRegularizationScore(true);
    copy.fit(batch);
    return copy.score() - penalty;
  }

  /** The next of two examples or more: one has no variance that batch norm could use. */
  private DataSet nextBatch() {
    for (boolean again = true; ; again = false) {
      while (batches.hasNext()) {
        DataSet batch = batches.next();
        if (batch.numExamples() > 1) {
          return batch;
        }
      }
      if (!again) {
        throw new IllegalArgumentException("Batches: expected at least one of two or more examples, found none.");
      }
      batches.reset();
    }
  }

  /** What sets the rates of parameters that learn, each with its share of the highest rate. */
  private static Map<IUpdater, Double> updaters(ComputationGraph graph) {
    Map<IUpdater, Double> found = new IdentityHashMap<>();
    int iteration = graph.getIterationCount();
    for (GraphVertex vertex : graph.getVertices()) {
      for (String parameter : vertex.numParams() == 0 ? List.<String>of()
          : List.copyOf(vertex.paramTable(true).keySet())) {
        IUpdater updater = vertex.getConfig().getUpdaterByParam(parameter);
        if (updater != null && updater.hasLearningRate()) {
          found.put(updater, updater.getLearningRate(iteration, graph.getEpochCount()));
        }
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "Nothing of this network learns by a rate: expected layers that aren't frozen with an updater that has one.");
    }
    double highest = found.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    found.replaceAll((updater, rate) -> highest > 0 ? rate / highest : 1);
    return found;
  }
}
