package org.resnet4j.training.recipe;

/**
 * A linear rise of the rate to where its curve begins, as PyTorch's {@code LinearLR} in front of another schedule.
 *
 * @param length how long; at most the whole phase
 * @param startFactor the first rate's share of the curve's first, in (0, 1]
 */
public record WarmUp(Span length, @Default("0.01") double startFactor) {
  public WarmUp {
    Check.above0("startFactor", startFactor, 1);
  }
}
