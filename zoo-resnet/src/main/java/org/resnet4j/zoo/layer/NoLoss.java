package org.resnet4j.zoo.layer;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** The loss of {@link FeatureOutput}: throws {@link IllegalStateException}, saying what to do. */
public class NoLoss implements ILossFunction {
  private static final long serialVersionUID = 1;

  private static IllegalStateException noHead() {
    return new IllegalStateException("This net ends in features, so there is nothing to train it for: give it a head "
        + "with ResNetTransfer.newHead(graph, classes) and train the result.");
  }

  @Override
  public double computeScore(INDArray labels, INDArray preOutput, IActivation activation, INDArray mask,
      boolean average) {
    throw noHead();
  }

  @Override
  public INDArray computeScoreArray(INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    throw noHead();
  }

  @Override
  public INDArray computeGradient(INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    throw noHead();
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(INDArray labels, INDArray preOutput, IActivation activation,
      INDArray mask, boolean average) {
    throw noHead();
  }

  @Override
  public String name() {
    return "NoLoss";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NoLoss;
  }

  @Override
  public int hashCode() {
    return NoLoss.class.hashCode();
  }

  @Override
  public String toString() {
    return name();
  }
}
