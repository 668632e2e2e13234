package org.resnet4j.zoo.layer;

import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Batch normalisation with an offset (beta) and no scale, TF-slim's default ({@code slim.batch_norm} with
 * {@code scale=False}).
 *
 * <p>It keeps {@link BatchNormalization}'s parameters, gamma among them, which is 1 and stays so: its learning rate is
 * 0. So DL4J's helpers and its plain code run it unchanged. ({@code lockGammaBeta} would hold beta as well.)
 */
public class BetaOnlyBatchNormalization extends BatchNormalization {
  protected BetaOnlyBatchNormalization() {}

  /**
   * @param decay of the running statistics, DL4J's sense: the share of the old value
   * @param eps added to the variance; TF-slim's default is 1e-3
   */
  public BetaOnlyBatchNormalization(double decay, double eps) {
    setDecay(decay);
    setEps(eps);
    setUseLogStd(false);
  }

  @Override
  public IUpdater getUpdaterByParam(String parameter) {
    return parameter.equals(BatchNormalizationParamInitializer.GAMMA)
        ? new Sgd(0)
        : super.getUpdaterByParam(parameter);
  }

  @Override
  public BetaOnlyBatchNormalization clone() {
    return (BetaOnlyBatchNormalization) super.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BetaOnlyBatchNormalization && super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof BetaOnlyBatchNormalization;
  }

  @Override
  public String toString() {
    return "BetaOnly" + super.toString();
  }
}
