package org.resnet4j.benchmarks.worker;

/**
 * How contenders train: PyTorch's stochastic gradient descent with momentum, weight decay for convolutions and dense
 * layers without their biases.
 *
 * @param checkedSteps of the first steps the losses are compared: the second loss tells of the gradient, the third of
 *     momentum
 */
public record Recipe(double learningRate, double momentum, double weightDecay, int checkedSteps) {
  public static final Recipe STANDARD = new Recipe(0.01, 0.9, 1e-4, 3);
}
