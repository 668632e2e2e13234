package org.resnet4j.training.augment;

import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.resnet4j.training.data.Shuffle;

/**
 * For classes with very different numbers of images: rare ones weigh more in the loss, or come more often. One or the
 * other; both together would favour the rare ones.
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
    int[] counts = counts(labels, classes);
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

  /**
   * An epoch in which each class comes equally often, give or take one image, in random order. It has as many images as
   * there are. Within a class all images come equally often in the long run: each goes through its images in a random
   * order, then in another one, on over the epochs.
   *
   * @param labels an image's class each, 0 to {@code classes - 1}
   * @param epoch 0-based
   * @return indices of images, the common classes' partly left out, the rare ones' repeated
   * @throws IllegalArgumentException if a class has no image, or a label no class
   */
  public static int[] order(int[] labels, int classes, long seed, int epoch) {
    int[][] images = imagesOf(labels, classes);
    int[] order = new int[labels.length];
    int filled = 0;
    for (int c = 0; c < classes; c++) {
      long from = drawsBefore(epoch, c, labels.length, classes);
      long to = drawsBefore(epoch + 1, c, labels.length, classes);
      int[] round = null;
      for (long draw = from; draw < to; draw++) {
        int place = (int) (draw % images[c].length);
        if (round == null || place == 0) {
          round = images[c].clone();
          Shuffle.apply(round, random(seed, 1 + c, draw / images[c].length));
        }
        order[filled++] = round[place];
      }
    }
    Shuffle.apply(order, random(seed, 0, epoch));
    return order;
  }

  /** An epoch's images go to the classes in turn, and the next epoch begins with the class whose turn it is. */
  private static long drawsBefore(int epoch, int c, int images, int classes) {
    long handedOut = (long) epoch * images;
    return handedOut / classes + (c < handedOut % classes ? 1 : 0);
  }

  private static int[][] imagesOf(int[] labels, int classes) {
    int[] counts = counts(labels, classes);
    int[][] images = new int[classes][];
    for (int c = 0; c < classes; c++) {
      images[c] = new int[counts[c]];
    }
    int[] found = new int[classes];
    for (int i = 0; i < labels.length; i++) {
      images[labels[i]][found[labels[i]]++] = i;
    }
    return images;
  }

  private static int[] counts(int[] labels, int classes) {
    int[] counts = new int[classes];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException("image " + i + ": label must be 0 to " + (classes - 1) + ", found " + labels[i]);
      }
      counts[labels[i]]++;
    }
    for (int c = 0; c < classes; c++) {
      if (counts[c] == 0) {
        throw new IllegalArgumentException("class " + c + " has no images, so it can't be balanced: add some or leave the"
            + " class out");
      }
    }
    return counts;
  }

  private static SplittableRandom random(long seed, int stream, long number) {
    return new SplittableRandom(new SplittableRandom(new SplittableRandom(seed).nextLong() + stream).nextLong() + number);
  }
}
