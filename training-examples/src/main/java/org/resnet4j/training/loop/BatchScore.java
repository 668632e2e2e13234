package org.resnet4j.training.loop;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Loss and right images of the batches being trained on, from the logits of the very forward pass that trains: the score
 * that DL4J reports has the weight decay in it, and a second forward pass would cost a third of the epoch.
 *
 * <p>It stands before the graph's own loss function, which is what sees the logits whatever computed them: a listener to
 * activations would have them kept, and a compiled network keeps none.
 */
final class BatchScore implements ILossFunction, AutoCloseable {
  private static final long serialVersionUID = 1;

  private final ILossFunction loss;
  private final transient Layer layer;
  private final transient NeuralNetConfiguration configuration;
  private double lossSum;
  private int right;
  private int images;

  private BatchScore(ILossFunction loss, Layer layer) {
    this.loss = loss;
    this.layer = layer;
    configuration = layer.conf();
  }

  /**
   * Watches the loss of the graph's one output until it is closed. The layer gets a configuration of its own, so that
   * none of this is in the graph's, which is saved.
   */
  static BatchScore of(ComputationGraph graph) {
    Layer layer = graph.getOutputLayer(0);
    NeuralNetConfiguration watched = layer.conf().clone();
    BatchScore score;
    if (watched.getLayer() instanceof BaseOutputLayer output) {
      score = new BatchScore(output.getLossFn(), layer);
      output.setLossFn(score);
    } else if (watched.getLayer() instanceof LossLayer output) {
      score = new BatchScore(output.getLossFn(), layer);
      output.setLossFn(score);
    } else {
      throw new IllegalArgumentException("output " + graph.getConfiguration().getNetworkOutputs().get(0)
          + ": expected an output layer or a loss layer, found " + watched.getLayer().getClass().getSimpleName());
    }
    layer.setConf(watched);
    return score;
  }

  /** Gives the layer its own loss back. */
  @Override
  public void close() {
    layer.setConf(configuration);
  }

  /** Counts from zero on. */
  void reset() {
    lossSum = 0;
    right = 0;
    images = 0;
  }

  double lossSum() {
    return lossSum;
  }

  int right() {
    return right;
  }

  int images() {
    return images;
  }

  /** Of a training step, once; what only asks for a score calls the other methods. */
  @Override
  public INDArray computeGradient(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    add(labels, logits);
    return loss.computeGradient(labels, logits, activation, mask);
  }

  private void add(INDArray targets, INDArray logits) {
    float[][] labels = rows(targets);
    float[][] scores = rows(logits);
    for (int i = 0; i < scores.length; i++) {
      add(scores[i], labels[i]);
    }
  }

  private static float[][] rows(INDArray array) {
    return array.reshape(array.size(0), array.length() / array.size(0)).toFloatMatrix();
  }

  private static int highest(float[] row) {
    int best = 0;
    for (int c = 1; c < row.length; c++) {
      if (row[c] > row[best]) {
        best = c;
      }
    }
    return best;
  }

  /** With a mixture of classes the image is right if the likeliest is the one it has most of. */
  private void add(float[] row, float[] label) {
    int best = highest(row);
    double sum = 0;
    for (float score : row) {
      sum += Math.exp(score - row[best]);
    }
    double log = Math.log(sum) + row[best];
    for (int c = 0; c < row.length; c++) {
      lossSum += label[c] == 0 ? 0 : label[c] * (log - row[c]);
    }
    right += best == highest(label) ? 1 : 0;
    images++;
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    add(labels, logits);
    return loss.computeGradientAndScore(labels, logits, activation, mask, average);
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    return loss.computeScore(labels, logits, activation, mask, average);
  }

  @Override
  public INDArray computeScoreArray(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    return loss.computeScoreArray(labels, logits, activation, mask);
  }

  @Override
  public String name() {
    return loss.name();
  }
}
