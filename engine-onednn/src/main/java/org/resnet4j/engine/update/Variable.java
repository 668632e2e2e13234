package org.resnet4j.engine.update;

import java.util.List;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * One of a layer's parameters: weights, biases, a norm's running mean.
 *
 * @param index counted over the network
 */
record Variable(int index, UpdaterBlock.ParamState state) {
  private Trainable layer() {
    return state.getLayer();
  }

  int begin() {
    return state.getParamOffsetStart();
  }

  int length() {
    return state.getParamOffsetEnd() - begin();
  }

  /** Whether its gradient is a sum over the minibatch; running statistics' changes aren't. */
  boolean isDividedByMinibatch() {
    return layer().updaterDivideByMinibatch(state.getParamName());
  }

  /** DL4J's list as it is now. */
  List<Regularization> regularization() {
    List<Regularization> list = layer().getConfig().getRegularizationByParam(state.getParamName());
    return list == null ? List.of() : list;
  }

  /** Whether the gradient of its layer is normalised or clipped before the updater has it. */
  boolean isNormalized() {
    GradientNormalization kind = layer().getConfig().getGradientNormalization();
    return kind != null && kind != GradientNormalization.None;
  }

  /** Whether DL4J's updater works on these arrays of the network. */
  boolean isPartOf(Floats parameters, Floats gradient) {
    return isPart(state.getParamView(), parameters) && isPart(state.getGradView(), gradient);
  }

  private boolean isPart(INDArray view, Floats whole) {
    return Floats.isPlain(view) && new Floats(view).startsAt(whole, begin());
  }

  /** Divides the gradient where it lies. */
  void divide(int batch) {
    state.getGradView().divi(batch);
  }

  /** DL4J's step. */
  void step() {
    state.getParamView().subi(state.getGradView());
  }

  /** Whether its layer is frozen and the gradient zero: what isn't written to, or set to zero each time, stays so. */
  boolean isHeld() {
    return layer() instanceof GraphVertex vertex && vertex.hasLayer()
        && (vertex.getLayer() instanceof FrozenLayer || vertex.getLayer() instanceof FrozenLayerWithBackprop)
        && state.getGradView().amaxNumber().floatValue() == 0;
  }
}
