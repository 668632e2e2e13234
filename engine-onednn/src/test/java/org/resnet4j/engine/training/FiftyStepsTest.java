package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;

/**
 * On pieces of real photos the engine's losses stay with DL4J's: to 1e-5 at first, and, once a ReLU has seen a zero on
 * another side (after which any two float32 trainings drift apart), within 2 % of the loss on average.
 */
class FiftyStepsTest {
  private static final int STEPS = 50;
  private static final int BATCH = 16;
  /** Before ReLUs flip. */
  private static final int FIRST = 5;
  private static final double EXACT = 1e-5;
  private static final double MEAN = 0.02;
  private static final double LARGEST = 0.15;
  /** The loss falls to this part. */
  private static final double LEARNT = 0.6;

  @ParameterizedTest
  @EnumSource(SmallNets.class)
  void lossesStayWithDl4js(SmallNets net) {
    List<DataSet> batches = PhotoPieces.batches(STEPS, BATCH, SmallNets.SIZE, 3);
    IUpdater updater = new Nesterovs(0.005, 0.9);
    double[] expected = losses(net.made(updater), batches);
    FastComputationGraph fast = OneDnn.wrap(net.made(updater), TrainingStep.FLOATS);
    double[] found = losses(fast, batches);
    fast.close();
    double off = 0;
    for (int i = 0; i < STEPS; i++) {
      assertEquals(expected[i], found[i], (i < FIRST ? EXACT : LARGEST) * expected[i], "loss of step " + i);
      off += Math.abs(expected[i] - found[i]);
    }
    assertTrue(off <= MEAN * IntStream.range(0, STEPS).mapToDouble(i -> expected[i]).sum(), "off by " + off);
    assertTrue(mean(found, STEPS - 10) < LEARNT * mean(found, 0), "what the losses fall to");
  }

  private static double[] losses(ComputationGraph graph, List<DataSet> batches) {
    return batches.stream().mapToDouble(batch -> {
      graph.fit(batch);
      return graph.score();
    }).toArray();
  }

  private static double mean(double[] losses, int from) {
    return IntStream.range(from, from + 10).mapToDouble(i -> losses[i]).average().orElseThrow();
  }
}
