package org.resnet4j.training.loop;

import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Loss and right images of the batch being trained on, from the logits of the very forward pass that trains: the score
 * that DL4J reports has the weight decay in it, and a second forward pass would cost a third of the epoch.
 */
final class BatchScore extends BaseTrainingListener {
  private final ComputationGraph graph;
  private final String output;
  private int[] labels;
  private double lossSum;
  private int right;
  private int images;

  /** Watches what feeds the graph's one output. */
  BatchScore(ComputationGraph graph) {
    this.graph = graph;
    output = graph.getConfiguration().getNetworkOutputs().get(0);
  }

  /** Forgets the epoch so far. */
  void reset() {
    lossSum = 0;
    right = 0;
    images = 0;
  }

  /** Names the right classes of the batch that is trained on next. */
  void expect(INDArray oneHot) {
    labels = oneHot.argMax(1).toIntVector();
  }

  double meanLoss() {
    return lossSum / images;
  }

  double accuracy() {
    return (double) right / images;
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    INDArray scores = logits(activations.get(graph.getConfiguration().getVertexInputs().get(output).get(0)));
    float[][] rows = scores.reshape(scores.size(0), scores.length() / scores.size(0)).toFloatMatrix();
    for (int i = 0; i < rows.length; i++) {
      add(rows[i], labels[i]);
    }
  }

  /** What comes before softmax: the features themselves, or those times the weights that an output layer has. */
  private INDArray logits(INDArray features) {
    Map<String, INDArray> head = graph.getLayer(output).paramTable();
    if (head.isEmpty()) {
      return features;
    }
    INDArray logits = features.mmul(head.get("W"));
    return head.containsKey("b") ? logits.addiRowVector(head.get("b")) : logits;
  }

  private void add(float[] row, int label) {
    int best = 0;
    for (int c = 1; c < row.length; c++) {
      if (row[c] > row[best]) {
        best = c;
      }
    }
    double sum = 0;
    for (float score : row) {
      sum += Math.exp(score - row[best]);
    }
    lossSum += Math.log(sum) + row[best] - row[label];
    right += best == label ? 1 : 0;
    images++;
  }
}
