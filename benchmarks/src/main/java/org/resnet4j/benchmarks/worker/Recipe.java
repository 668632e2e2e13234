package org.resnet4j.benchmarks.worker;

/**
 * How contenders train: PyTorch's stochastic gradient descent with momentum, weight decay for convolutions and dense
 * layers without their biases.
 *
 * <p>At these rates a step changes the loss by about 3 %. At higher ones rounding errors grow: a difference of 1e-6
 * between JPEG decoders became 1e-2 of ResNet-18's third loss at a rate of 0.01, 1e-4 at 0.001.
 *
 * @param checkedSteps of the first steps the losses are compared: the second loss tells of the gradient, the third of
 *     momentum
 */
public record Recipe(double learningRate, double momentum, double weightDecay, int checkedSteps) {
  /** For networks of images of 32 x 32. */
  public static final Recipe SMALL = new Recipe(0.01, 0.9, 1e-4, 3);
  /** For others. */
  public static final Recipe LARGE = new Recipe(0.001, 0.9, 1e-4, 3);

  /** The recipe for images of so many pixels a side. */
  public static Recipe of(int side) {
    return side == Pictures.CIFAR_SIDE ? SMALL : LARGE;
  }
}
