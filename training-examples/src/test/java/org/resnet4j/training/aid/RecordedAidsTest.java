package org.resnet4j.training.aid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.resnet4j.training.aid.RecordedSteps.STEPS;
import static org.resnet4j.training.aid.RecordedSteps.setting;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.resnet4j.training.aid.UnregularizedDecay.Form;
import org.resnet4j.zoo.updater.AdamW;

/** Five steps with each training aid are PyTorch's, whoever trains. */
class RecordedAidsTest {
  private static double loss(ComputationGraph graph) {
    return graph.score() - graph.calcRegularizationScore(true);
  }

  private static void train(Engine engine, ComputationGraph plain, UnregularizedDecay decay, String run) {
    ComputationGraph graph = engine.of(plain);
    graph.addListeners(decay);
    for (int step = 0; step < STEPS; step++) {
      graph.fit(RecordedSteps.batch(step));
    }
    RecordedSteps.assertSame(run, "parameters", graph);
    engine.assertTrained(graph);
  }

  @ParameterizedTest
  @EnumSource
  void everythingDecaysInTheGradient(Engine engine) {
    double decay = setting("decay");
    train(engine, RecordedSteps.net(RecordedSteps.sgd(), new L2Regularization(decay)),
        new UnregularizedDecay(decay, Form.GRADIENT), "sgd");
  }

  @ParameterizedTest
  @EnumSource
  void everythingDecaysPastTheUpdater(Engine engine) {
    double decay = setting("adamwDecay");
    train(engine, RecordedSteps.net(new AdamW(setting("adamwRate")), new WeightDecay(decay, true)),
        new UnregularizedDecay(decay, Form.DECOUPLED), "adamw");
  }

  @ParameterizedTest
  @EnumSource
  void theMeanGradientIsClippedBeforeItDecays(Engine engine) {
    ComputationGraph graph =
        engine.of(RecordedSteps.net(RecordedSteps.sgd(), new L2Regularization(setting("decay"))));
    GradientClipping clipping = new GradientClipping(setting("limit"));
    graph.addListeners(clipping, new UnregularizedDecay(setting("decay"), Form.GRADIENT));
    for (int step = 0; step < STEPS; step++) {
      graph.fit(RecordedSteps.batch(step));
      assertEquals(RecordedSteps.norm("clipped", step), clipping.lastNorm(), 1e-5);
    }
    RecordedSteps.assertSame("clipped", "parameters", graph);
    engine.assertTrained(graph);
  }

  @ParameterizedTest
  @EnumSource
  void theAverageFollows(Engine engine) {
    ComputationGraph graph = engine.of(RecordedSteps.net(RecordedSteps.sgd()));
    double decay = setting("averageDecay");
    WeightAverage average = new WeightAverage(decay, (int) setting("averageEvery"));
    WeightAverage copying = new WeightAverage(decay, 1, (int) setting("averageCopied"));
    graph.addListeners(average, copying);
    for (int step = 0; step < STEPS; step++) {
      graph.fit(RecordedSteps.batch(step));
      RecordedSteps.assertLoss("average", step, loss(graph));
    }
    assertEquals(3, average.updates());
    INDArray images = RecordedSteps.batch(0).getFeatures();
    INDArray trained = graph.params().dup();
    INDArray output = graph.outputSingle(images).dup();
    average.swap(graph);
    RecordedSteps.assertSame("average", "average", graph);
    assertNotEquals(output, graph.outputSingle(images), "the averaged net predicts something else");
    average.swap(graph);
    assertEquals(trained, graph.params());
    assertEquals(output, graph.outputSingle(images));
    RecordedSteps.assertSame("average", "parameters", graph);
    copying.swap(graph);
    RecordedSteps.assertSame("average", "copiedAverage", graph);
    engine.assertTrained(graph);
  }

  @ParameterizedTest
  @EnumSource
  void partsMakeOneUpdate(Engine engine) {
    ComputationGraph graph = engine.of(RecordedSteps.net(RecordedSteps.sgd()));
    GradientAccumulation accumulation = new GradientAccumulation();
    for (int step = 0; step < STEPS; step++) {
      accumulation.fit(graph, RecordedSteps.parts(RecordedSteps.batch(step), RecordedSteps.parts()));
      RecordedSteps.assertLoss("accumulated", step, loss(graph));
    }
    assertEquals(STEPS, graph.getIterationCount());
    RecordedSteps.assertSame("accumulated", "parameters", graph);
    engine.assertTrained(graph);
  }

  @ParameterizedTest
  @EnumSource
  void stagesLearnAtTheirRates(Engine engine) {
    ComputationGraph graph = engine.of(RecordedSteps.net(RecordedSteps.sgd()));
    LearningRates rates = LearningRates.of(graph, RecordedSteps.sgd(), setting("falloff"));
    for (int step = 0; step < STEPS; step++) {
      rates.set(setting("rate"));
      graph.fit(RecordedSteps.batch(step));
      RecordedSteps.assertLoss("rates", step, loss(graph));
    }
    RecordedSteps.assertSame("rates", "parameters", graph);
    engine.assertTrained(graph);
  }
}
