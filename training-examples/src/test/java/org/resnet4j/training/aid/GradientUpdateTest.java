package org.resnet4j.training.aid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.resnet4j.training.aid.UnregularizedDecay.Form;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

class GradientUpdateTest {
  private static final int STEPS = 3;

  private static ComputationGraph net() {
    ComputationGraph net = ResNets.named("cifar_resnet8").numClasses(2).inputShape(3, 8, 8).seed(3)
        .updater(new SgdMomentum(0.1, 0.9)).regularization(new L2Regularization(1e-3)).build().init();
    net.setListeners(List.of(new GradientClipping(0.5), new UnregularizedDecay(1e-2, Form.GRADIENT)));
    return net;
  }

  private static DataSet images(long seed) {
    Nd4j.getRandom().setSeed(seed + 1);
    return new DataSet(Nd4j.randn(DataType.FLOAT, 4, 3, 8, 8),
        Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}, {0, 1}}));
  }

  /** A gradient may come from an engine; the update is the other net's own, which here is Deeplearning4j's. */
  @ParameterizedTest
  @EnumSource
  void aStepInTwoHalvesIsTheStep(Engine engine) {
    ComputationGraph whole = net();
    ComputationGraph halves = net();
    ComputationGraph computing = engine.of(net());
    INDArray begun = whole.params().dup();
    for (int step = 0; step < STEPS; step++) {
      whole.fit(images(step));
      computing.setParams(halves.params());
      INDArray before = computing.params().dup();
      INDArray gradient = GradientUpdate.gradient(computing, images(step));
      assertEquals(before, computing.params(), "nothing is updated by computing");
      GradientUpdate.apply(halves, gradient, 4, computing.score());
    }
    assertNotEquals(begun, whole.params());
    if (engine == Engine.DL4J) {
      assertEquals(whole.params(), halves.params());
      assertEquals(whole.getUpdater().getStateViewArray(), halves.getUpdater().getStateViewArray());
    }
    assertTrue(DenseNets.distance(whole.params(), halves.params()) < 1e-4);
    assertEquals(STEPS, halves.getIterationCount());
  }

  @Test
  void severalWorkersGradientsAreTheBatchs() {
    NeuralNetConfiguration.Builder settings = new NeuralNetConfiguration.Builder().updater(new AdamW(0.01, 0.9, 0.999, 1e-8))
        .l2(0.01).gradientNormalization(GradientNormalization.ClipL2PerLayer).gradientNormalizationThreshold(0.1);
    ComputationGraph accumulated = DenseNets.net(settings, 8);
    ComputationGraph applied = DenseNets.net(settings, 8);
    GradientAccumulation accumulation = new GradientAccumulation();
    for (int step = 0; step < STEPS; step++) {
      List<DataSet> parts = RecordedSteps.parts(DenseNets.batch(12, step), new int[] {7, 5});
      accumulation.fit(accumulated, parts);
      INDArray sum = GradientUpdate.gradient(applied, parts.get(0)).dup();
      sum.addi(GradientUpdate.gradient(applied, parts.get(1)));
      GradientUpdate.apply(applied, sum, 12, 0);
    }
    assertEquals(accumulated.params(), applied.params());
  }

  @Test
  void anotherNetsGradientIsRefused() {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
        () -> GradientUpdate.apply(net(), Nd4j.zeros(7), 4, 0));
    assertTrue(refused.getMessage().contains("found 7"), refused.getMessage());
  }
}
