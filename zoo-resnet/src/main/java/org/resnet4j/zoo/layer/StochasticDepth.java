package org.resnet4j.zoo.layer;

import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Stochastic depth (Huang et al., arXiv:1603.09382) at the end of a residual branch: in training each example's branch
 * stays with a probability, divided by it, or becomes zero, as {@code torchvision.ops.StochasticDepth} in mode "row"
 * (torchvision 0.29) does; in inference nothing happens. (The paper multiplies in inference instead.)
 *
 * <p>Which examples lose their branch is a function of one {@code nextLong} of ND4J's generator, drawn in the forward
 * pass.
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY, getterVisibility = JsonAutoDetect.Visibility.NONE)
public class StochasticDepth implements IDropout {
  private static final long serialVersionUID = 1;

  private final double retained;
  private transient INDArray factors;

  /**
   * @param retained the probability that an example's branch stays
   * @throws IllegalArgumentException if it isn't in (0, 1]
   */
  public StochasticDepth(@JsonProperty("retained") double retained) {
    if (!(retained > 0 && retained <= 1)) {
      throw new IllegalArgumentException(
          "Stochastic depth: expected a probability in (0, 1] that a branch stays, found " + retained + ".");
    }
    this.retained = retained;
  }

  /** The probability that an example's branch stays. */
  public double retained() {
    return retained;
  }

  @Override
  public INDArray applyDropout(INDArray input, INDArray output, int iteration, int epoch,
      LayerWorkspaceMgr workspaces) {
    SplittableRandom random = new SplittableRandom(Nd4j.getRandom().nextLong());
    factors = workspaces.createUninitialized(ArrayType.INPUT, output.dataType(), new long[] {input.size(0)}, 'c');
    for (long example = 0; example < factors.length(); example++) {
      factors.putScalar(example, random.nextDouble() < retained ? 1 / retained : 0);
    }
    return Nd4j.exec(new BroadcastMulOp(input, factors, output, 0));
  }

  @Override
  public INDArray backprop(INDArray gradAtOutput, INDArray gradAtInput, int iteration, int epoch) {
    Nd4j.exec(new BroadcastMulOp(gradAtOutput, factors, gradAtInput, 0));
    factors = null;
    return gradAtInput;
  }

  @Override
  public void clear() {
    factors = null;
  }

  @Override
  public StochasticDepth clone() {
    return new StochasticDepth(retained);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StochasticDepth that && retained == that.retained;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(retained);
  }
}
