package org.resnet4j.training.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.training.loop.TrainingPlan.Decayed;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

class RecipePlanTest {
  private static ComputationGraph net;

  @BeforeAll
  static void aNet() {
    net = ResNets.named("cifar_resnet8").numClasses(10).build().init();
  }

  private static TrainingPlan plan(Optimizer optimizer) {
    Phase phase = Phase.of("all", 2, new Rate.Constant(0.1, Optional.empty()));
    return RecipePlan.of(Recipe.of("x", "cifar_resnet8", 16, List.of(phase), optimizer)
        .withWeightDecay(new WeightDecay(0.01, WeightDecay.Decayed.ALL)), net, 100, 1);
  }

  /** As in PyTorch: Adam's decay is in the gradient, AdamW's isn't. */
  @Test
  void onlyAdamWDecaysPastTheUpdater() {
    assertTrue(plan(new Optimizer.AdamW(0.9, 0.99, 1e-7)).decoupled());
    assertFalse(plan(new Optimizer.Adam(0.9, 0.99, 1e-7)).decoupled());
    assertFalse(plan(new Optimizer.Sgd(0.9, true)).decoupled());
    assertEquals(Decayed.ALL, plan(new Optimizer.Sgd(0.9, true)).decayed());
    assertEquals(new AdamW(0, 0.9, 0.99, 1e-7), plan(new Optimizer.Adam(0.9, 0.99, 1e-7)).updater());
    assertEquals(new SgdMomentum(0, 0.9).nesterov(), plan(new Optimizer.Sgd(0.9, true)).updater());
  }

  @Test
  void thePapersRatesDropAtItsIterations() {
    TrainingPlan paper = RecipePlan.of(Recipe.named("cifar10-resnet-paper"), net, 45_000, 1);
    assertEquals(64_000, paper.phases().get(0).iterations());
    int[] at = {0, 31_999, 32_000, 47_999, 48_000, 63_999};
    double[] rates = {0.1, 0.1, 0.01, 0.01, 0.001, 0.001};
    for (int i = 0; i < at.length; i++) {
      assertEquals(rates[i], paper.phases().get(0).learningRate().valueAt(at[i], 0), 1e-12, "iteration " + at[i]);
    }
  }

  @Test
  void theOneCycleEndsWithTheLastStepOfTheLastEpoch() {
    TrainingPlan fast = RecipePlan.of(Recipe.named("cifar10-fast"), net, 50_000, 1);
    int steps = 15 * 391;
    assertEquals(0.2 / 25, fast.phases().get(0).learningRate().valueAt(0, 0), 1e-9);
    assertEquals(0.2 / 25 / 10_000, fast.phases().get(0).learningRate().valueAt(steps - 1, 0), 1e-9);
    assertTrue(fast.keepsLast());
  }
}
