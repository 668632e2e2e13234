package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;

/**
 * In a net as deep as ResNet-50 float32 gradients are a few percent off float64's, DL4J's as the engine's: where few
 * numbers remain, each ReLU that sees a zero on the other side moves a hundredth of the gradient. The engine's are no
 * further off.
 */
class DeepGradientsTest {
  private static final int SEEDS = 3;
  private static final int SIZE = 32;
  private static final double WORSE = 2;

  @Test
  void areAsNearFloat64AsDl4js() {
    double its = 0;
    double dl4js = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      ComputationGraph graph = ResNet.builder().spec(ResNets.spec("resnet50").withWidth(8))
          .numClasses(PhotoPieces.CLASSES).inputShape(3, SIZE, SIZE).seed(seed).build().init();
      MultiDataSet data = (MultiDataSet) PhotoPieces.batches(1, 8, SIZE, seed).get(0).toMultiDataSet();
      TrainingStep truth = TrainingStep.exact(graph, data);
      its += TrainingStep.onEngine(graph, TrainingStep.FLOATS, data).median(truth) / SEEDS;
      dl4js += TrainingStep.of(graph, data).median(truth) / SEEDS;
      graph.close();
    }
    assertTrue(its < WORSE * Math.max(dl4js, 1e-3), "median error " + its + ", DL4J's " + dl4js);
  }
}
