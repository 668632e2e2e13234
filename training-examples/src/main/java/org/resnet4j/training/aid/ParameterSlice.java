package org.resnet4j.training.aid;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * One parameter's part of a net's flat arrays.
 *
 * @param updater that updates it; the layer's configuration may have been copied since
 * @param begin where it begins in them
 * @param values a view [length]
 * @param gradient a view [length]
 */
record ParameterSlice(Trainable layer, String name, IUpdater updater, long begin, INDArray values,
    INDArray gradient) {

  /** All of a net's, in the flat arrays' order; the updater is made if there is none yet. */
  static List<ParameterSlice> of(ComputationGraph graph) {
    return graph.getUpdater().getUpdaterBlocks().stream().flatMap(block -> block.getLayersAndVariablesInBlock().stream()
        .filter(state -> state.getParamOffsetEnd() > state.getParamOffsetStart())
        .map(state -> of(state, block.getGradientUpdater().getConfig()))).toList();
  }

  private static ParameterSlice of(UpdaterBlock.ParamState state, IUpdater updater) {
    return new ParameterSlice(state.getLayer(), state.getParamName(), updater, state.getParamOffsetStart(),
        state.getParamView(), state.getGradView());
  }

  /** A listener's model as the graph that it has to be. */
  static ComputationGraph graph(Model model) {
    if (model instanceof ComputationGraph graph) {
      return graph;
    }
    throw new IllegalArgumentException("Listener's net: expected a ComputationGraph, found a "
        + model.getClass().getName() + "; MultiLayerNetwork.toComputationGraph() makes one.");
  }

  /** What the updater will divide a gradient by: Deeplearning4j's gradients are sums over the batch until then. */
  static int divisor(ComputationGraph graph) {
    return graph.conf().isMiniBatch() ? graph.batchSize() : 1;
  }

  /** Whether an update changes it by its gradient: neither frozen nor a running statistic. */
  boolean isTrained() {
    return !isStatistic() && !(updater instanceof NoOp);
  }

  /** Whether the gradient's place has what the step will take from the value: of a norm's running mean and variance. */
  boolean isStatistic() {
    return !layer.updaterDivideByMinibatch(name);
  }

  /** Whether the net's configuration has any weight decay for it. */
  boolean isRegularized() {
    List<Regularization> list = layer.getConfig().getRegularizationByParam(name);
    return list != null && !list.isEmpty();
  }
}
