package org.resnet4j.training.aid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.resnet4j.zoo.ResNetTransfer;

class WeightAverageTest {
  /** More parameters than are worked on at a time, not a multiple. */
  private static final int LARGE = 600;

  @Test
  void everyParameterOfALargeNetIsAveraged() {
    ComputationGraph graph = DenseNets.net(new Sgd(0.5), LARGE);
    WeightAverage average = new WeightAverage(0.6, 1);
    graph.addListeners(average);
    graph.fit(DenseNets.batch(8, 0));
    INDArray expected = graph.params().dup();
    for (int step = 1; step < 4; step++) {
      graph.fit(DenseNets.batch(8, step));
      expected.muli(0.6).addi(graph.params().mul(0.4));
    }
    assertTrue(DenseNets.distance(expected, average.parameters().reshape(expected.shape())) < 1e-6);
    assertTrue(DenseNets.distance(graph.params(), expected) > 1e-3);
    INDArray trained = graph.params().dup();
    INDArray mean = average.parameters().dup();
    average.swap(graph);
    assertEquals(mean.reshape(trained.shape()), graph.params());
    assertEquals(trained.reshape(mean.shape()), average.parameters());
  }

  @Test
  void goesOnFromACheckpointToTheBit() {
    ComputationGraph graph = DenseNets.net(new Sgd(0.5), 8);
    WeightAverage stayed = new WeightAverage(0.6, 2, 2);
    graph.addListeners(stayed);
    for (int step = 0; step < 3; step++) {
      graph.fit(DenseNets.batch(8, step));
    }
    ComputationGraph restored = DenseNets.net(new Sgd(0.5), 8);
    restored.setParams(graph.params());
    restored.getConfiguration().setIterationCount(3);
    WeightAverage went = new WeightAverage(0.6, 2, 2);
    went.restore(stayed.parameters(), stayed.updates());
    restored.addListeners(went);
    for (int step = 3; step < 7; step++) {
      graph.fit(DenseNets.batch(8, step));
      restored.fit(DenseNets.batch(8, step));
      assertEquals(stayed.parameters(), went.parameters());
      assertEquals(stayed.updates(), went.updates());
    }
    assertNotEquals(graph.params().reshape(stayed.parameters().shape()), stayed.parameters());
  }

  @Test
  void frozenParametersAverageToThemselves() {
    ComputationGraph graph = ResNetTransfer.freezeThrough(
        DenseNets.net(new NeuralNetConfiguration.Builder().updater(new Sgd(0.5)), 40), "hidden");
    WeightAverage average = new WeightAverage(0.37, 1);
    graph.addListeners(average);
    for (int step = 0; step < 5; step++) {
      graph.fit(DenseNets.batch(4, step));
    }
    INDArray frozen = graph.getLayer("hidden").params().dup();
    average.swap(graph);
    assertEquals(frozen, graph.getLayer("hidden").params());
  }

  @Test
  void aWarmUpsWeightsAreTakenAsTheyAre() {
    ComputationGraph graph = DenseNets.net(new Sgd(0.5), 8);
    WeightAverage average = new WeightAverage(0.9, 1, 2);
    graph.addListeners(average);
    for (int step = 0; step < 3; step++) {
      graph.fit(DenseNets.batch(8, step));
      // That of step 2 is the first that adds to a history: of step 1's copy.
      assertEquals(graph.params(), average.parameters().reshape(graph.params().shape()));
    }
    graph.fit(DenseNets.batch(8, 3));
    assertNotEquals(graph.params(), average.parameters().reshape(graph.params().shape()));
    assertEquals(2, average.updates());
  }

  @Test
  void theDecayIsTorchvisionsForAnotherLength() {
    assertEquals(0.998907, WeightAverage.adjusted(0.99998, 1024, 32, 600), 1e-6);
    assertEquals(0, WeightAverage.adjusted(0.9, 1024, 32, 1));
  }

  @Test
  void saysWhatIsWrong() {
    assertThrows(IllegalArgumentException.class, () -> new WeightAverage(1.1, 1));
    assertThrows(IllegalArgumentException.class, () -> new WeightAverage(0.9, 0));
    assertThrows(IllegalArgumentException.class, () -> new WeightAverage(0.9, 1, -1));
    WeightAverage average = new WeightAverage(0.9, 1);
    assertThrows(IllegalStateException.class, average::parameters);
    assertThrows(IllegalArgumentException.class, () -> average.restore(Nd4j.ones(3), -1));
    average.restore(Nd4j.ones(3), 1);
    ComputationGraph graph = DenseNets.net(new Sgd(0.5), 8);
    assertTrue(assertThrows(IllegalArgumentException.class, () -> average.swap(graph)).getMessage()
        .startsWith("Weight average: expected a net of 3 parameters, found one of"));
  }
}
