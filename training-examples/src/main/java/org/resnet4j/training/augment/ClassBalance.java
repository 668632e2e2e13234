package org.resnet4j.training.augment;

import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.resnet4j.training.data.BalancedOrder;

/**
 * For classes with very different numbers of images: rare ones weigh more in the loss. Or let them come more often, by
 * {@link org.resnet4j.training.data.Sampling#BALANCED}; both together would favour them.
 *
 * <p>Weights belong in the loss, not in the labels: the gradient of DL4J's softmax cross-entropy takes labels to sum up to
 * 1, and would be wrong for weighted ones.
 */
public final class ClassBalance {
  private ClassBalance() { }

  /**
   * The inverse of each class's frequency, such that the images' mean weight is 1: {@code images / (classes * images of
   * the class)}, scikit-learn's "balanced".
   *
   * @param labels an image's class each, 0 to {@code classes - 1}
   * @throws IllegalArgumentException if a class has no image, or a label no class
   */
  public static double[] weights(int[] labels, int classes) {
    int[] counts = BalancedOrder.counts(labels, classes);
    double[] weights = new double[classes];
    for (int c = 0; c < classes; c++) {
      weights[c] = labels.length / ((double) classes * counts[c]);
    }
    return weights;
  }

  /**
   * Weighs the classes in the loss of a graph that ends in a softmax and its cross-entropy. The weights are in the graph's
   * configuration from then on, and so in what is saved of it and in every score.
   *
   * <p>The loss of a batch is its sum over the number of images: what torch's {@code CrossEntropyLoss(weight=...)} computes
   * of soft labels. Of class indices torch divides by the sum of the images' weights instead, so a batch of rare classes
   * counts no more there than one of common ones; here it does, and the epoch's loss is exactly that of weighted images.
   *
   * @param weights one a class, above 0
   * @throws IllegalArgumentException if the graph ends in something else, or in another number of classes
   */
  public static void weigh(ComputationGraph graph, double[] weights) {
    for (double weight : weights) {
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("class weights must be above 0 and finite, found " + weight);
      }
    }
    String output = graph.getConfiguration().getNetworkOutputs().get(0);
    Layer last = graph.getOutputLayer(0).conf().getLayer();
    LossMCXENT weighted = new LossMCXENT(Nd4j.createFromArray(new double[][] {weights}));
    if (last instanceof BaseOutputLayer layer) {
      require(layer.getActivationFn(), layer.getLossFn(), layer.getNOut(), weights.length, output);
      layer.setLossFn(weighted);
    } else if (last instanceof LossLayer layer) {
      require(layer.getActivationFn(), layer.getLossFn(), layer.getNOut(), weights.length, output);
      layer.setLossFn(weighted);
    } else {
      throw new IllegalArgumentException("output " + output + ": class weights need an output layer or a loss layer, found "
          + last.getClass().getSimpleName());
    }
  }

  private static void require(IActivation activation, ILossFunction loss, long classes, int weights, String output) {
    if (!(activation instanceof ActivationSoftmax && loss instanceof LossMCXENT)) {
      throw new IllegalArgumentException("output " + output + ": class weights need a softmax with LossMCXENT, found "
          + activation + " with " + loss);
    }
    if (classes != weights) {
      throw new IllegalArgumentException("output " + output + ": found " + weights + " class weights for " + classes
          + " classes");
    }
  }
}
