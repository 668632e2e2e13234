package org.resnet4j.training.recipe;

/**
 * Weights are drawn towards zero.
 *
 * @param factor of the weight, added to its gradient; of the weight and the rate, taken off the weight, with AdamW
 * @param decayed which parameters
 */
public record WeightDecay(double factor, @Default("weights") Decayed decayed) {
  /** Which parameters decay. */
  public enum Decayed {
    /** Those of convolutions and dense layers. */
    WEIGHTS,
    /** Biases and norms as well, as {@code torch.optim.SGD} does it if nothing else is said. */
    ALL
  }

  public WeightDecay {
    Check.from0("factor", factor, 10);
  }
}
