package org.resnet4j.training.aid;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Makes one update from several batches: a large batch's update in the memory of a small one, and of one copy of the
 * gradients.
 *
 * <p>The update is that of the mean gradient over all images, whatever the sizes of the parts; it is that of the whole
 * batch except for batch normalisation, whose statistics are each part's own. As in PyTorch, running statistics move
 * once for each part, and dropout draws for each. The net's listeners hear of one step, with the last part's arrays;
 * its gradient and the net's score are those of all parts.
 *
 * <p>For one thread at a time, as {@code fit} is.
 */
public final class GradientAccumulation {
  private INDArray sum;

  /**
   * One update.
   *
   * @param parts each of one image or more
   * @throws IllegalArgumentException if there are no parts, or the net doesn't train by plain steps of gradient descent
   */
  public void fit(ComputationGraph graph, List<DataSet> parts) {
    fitAll(graph, parts.stream().map(DataSet::toMultiDataSet).toList());
  }

  /** One update of a net of several inputs or outputs, otherwise as {@link #fit}. */
  public void fitAll(ComputationGraph graph, List<? extends MultiDataSet> parts) {
    check(graph, parts);
    synchronized (graph) {
      Total total = new Total(graph);
      for (MultiDataSet part : parts.subList(0, parts.size() - 1)) {
        compute(graph, part);
        total.add(graph);
        graph.clearLayerMaskArrays();
        graph.clearLayersStates();
      }
      List<TrainingListener> listeners = List.copyOf(graph.getListeners());
      List<TrainingListener> behind = new ArrayList<>(List.of(total));
      behind.addAll(listeners);
      // First of all, so that listeners that look at the gradient or change it have all of it.
      graph.setListeners(behind);
      try {
        graph.fit(parts.get(parts.size() - 1));
      } finally {
        graph.setListeners(listeners);
      }
    }
  }

  private static void check(ComputationGraph graph, List<? extends MultiDataSet> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("Gradient accumulation: expected one part or more, found none.");
    }
    OptimizationAlgorithm algorithm = graph.conf().getOptimizationAlgo();
    BackpropType type = graph.getConfiguration().getBackpropType();
    if (algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT || type != BackpropType.Standard) {
      throw new IllegalArgumentException("Gradient accumulation: expected a net that is trained by "
          + "STOCHASTIC_GRADIENT_DESCENT with Standard backpropagation, found " + algorithm + " with " + type + ".");
    }
  }

  static void compute(ComputationGraph graph, MultiDataSet part) {
    if (graph.getFlattenedGradients() == null) {
      graph.initGradientsView();
    }
    graph.setInputs(part.getFeatures());
    graph.setLabels(part.getLabels());
    graph.setLayerMaskArrays(part.getFeaturesMaskArrays(), part.getLabelsMaskArrays());
    graph.computeGradientAndScore();
  }

  /** What the parts so far come to; adds the last one's. */
  private final class Total extends BaseTrainingListener {
    private final List<ParameterSlice> slices;
    private final double penalty;
    private int parts;
    private long images;
    private double loss;

    Total(ComputationGraph graph) {
      slices = ParameterSlice.of(graph);
      penalty = graph.calcRegularizationScore(true);
    }

    void add(ComputationGraph graph) {
      INDArray gradient = graph.getFlattenedGradients().reshape(graph.getFlattenedGradients().length());
      if (sum == null || sum.length() != gradient.length() || sum.dataType() != gradient.dataType()) {
        sum = gradient.dup();
      } else if (parts == 0) {
        sum.assign(gradient);
      } else {
        sum.addi(gradient);
      }
      slices.stream().filter(ParameterSlice::isStatistic).forEach(slice -> slice.values().subi(slice.gradient()));
      count(graph);
    }

    private void count(ComputationGraph graph) {
      parts++;
      images += graph.batchSize();
      loss += (graph.score() - penalty) * ParameterSlice.divisor(graph);
    }

    @Override
    public void onGradientCalculation(Model model) {
      ComputationGraph graph = (ComputationGraph) model;
      boolean alone = parts == 0;
      count(graph);
      boolean mean = graph.conf().isMiniBatch();
      // The updater will divide by the last part's images.
      double share = mean ? (double) graph.batchSize() / images : 1;
      for (ParameterSlice slice : alone ? List.<ParameterSlice>of() : slices) {
        if (slice.isTrained()) {
          slice.gradient().addi(sum.get(NDArrayIndex.interval(slice.begin(), slice.begin() + slice.values().length())))
              .muli(share);
        }
      }
      graph.setScore(penalty + loss / (mean ? images : 1));
    }
  }
}
