package org.resnet4j.training.aid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.resnet4j.training.aid.UnregularizedDecay.Form;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;
import org.slf4j.LoggerFactory;

class LearningRatesTest {
  private static ComputationGraph resNet() {
    return ResNet.builder().spec(ResNets.spec("cifar_resnet20").withDepths(1, 1, 1).withWidth(4)).inputShape(3, 8, 8)
        .build().init();
  }

  @Test
  void stagesFallOffTowardsTheStem() {
    LearningRates rates = LearningRates.of(resNet(), new SgdMomentum(0.1, 0.9), 0.5);
    Map<String, Double> multipliers = rates.multipliers();
    assertEquals(0.0625, multipliers.get("stem_conv"));
    assertEquals(0.125, multipliers.get("stage1_block1_norm1"));
    assertEquals(0.5, multipliers.get("stage3_block1_conv2"));
    assertEquals(1, multipliers.get("logits"));
    rates.set(0.2);
    assertEquals(List.of(0.0125, 0.025, 0.05, 0.1, 0.2),
        rates.updaters().stream().map(updater -> updater.getLearningRate(0, 0)).toList());
  }

  @Test
  void frozenLayersHaveNone() {
    LearningRates rates =
        LearningRates.of(ResNetTransfer.freezeThrough(resNet(), "stage2"), new SgdMomentum(0.1, 0.9), 0.5);
    rates.multipliers().keySet().forEach(name -> assertTrue(name.matches("stage3_.*|logits"), name));
    assertEquals(2, rates.updaters().size());
  }

  static Stream<IUpdater> updaters() {
    return Stream.of(new Sgd(1), new Nesterovs(1, 0.9), new Adam(1), new RmsProp(1), new SgdMomentum(1, 0.9),
        new AdamW(1));
  }

  /** A step at rate 0 moves nothing and counts as a step; a layer's rate is its own from the next one on. */
  @ParameterizedTest
  @MethodSource("updaters")
  void ratesAreSetFromStepToStep(IUpdater prototype) {
    for (Engine engine : Engine.values()) {
      ComputationGraph graph = engine.of(DenseNets.net(new Sgd(5), 8));
      LearningRates rates = LearningRates.of(graph, prototype, vertex -> vertex.equals("out") ? 1 : 1e-3);
      Object updater = graph.getUpdater();
      INDArray before = graph.params().dup();
      // Adam of DL4J takes 0 for its epsilon.
      rates.set(prototype instanceof Adam ? 1e-30 : 0);
      graph.fit(DenseNets.batch(6, 0));
      assertEquals(before, graph.params());
      rates.set(0.1);
      ComputationGraph begun = graph.clone();
      graph.fit(DenseNets.batch(6, 1));
      double head = moved(begun, graph, "out");
      double hidden = moved(begun, graph, "hidden");
      assertTrue(head > 1e-3 && hidden > 0 && hidden < 0.02 * head, prototype + ": " + head + ", " + hidden);
      assertEquals(updater, graph.getUpdater(), "the updater was made anew");
      assertEquals(prototype.getClass() == Sgd.class, graph.getUpdater().getStateViewArray() == null);
      engine.assertTrained(graph);
    }
  }

  private static double moved(ComputationGraph begun, ComputationGraph graph, String layer) {
    return DenseNets.distance(begun.getLayer(layer).params(), graph.getLayer(layer).params());
  }

  /** Two clones of a prototype with one rate would be equal, and DL4J would make one updater for both. */
  @Test
  void groupsStayApartThoughTheyBeginAlike() {
    ComputationGraph graph = DenseNets.net(new Sgd(5), 8);
    LearningRates rates = LearningRates.of(graph, new Sgd(0), vertex -> vertex.equals("out") ? 1 : 0.5);
    rates.set(0);
    graph.fit(DenseNets.batch(6, 0));
    rates.set(0.2);
    assertEquals(2, graph.getUpdater().getUpdaterBlocks().size());
    assertNotEquals(graph.getUpdater().getUpdaterBlocks().get(0).getGradientUpdater().getConfig(),
        graph.getUpdater().getUpdaterBlocks().get(1).getGradientUpdater().getConfig());
  }

  /** All aids at once: nothing makes the engine leave work to DL4J. */
  @Test
  void theEngineDoesAllOfIt() {
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    Logger logger = (Logger) LoggerFactory.getLogger("org.resnet4j.engine");
    logger.addAppender(told);
    try {
      ComputationGraph graph = Engine.ONEDNN.of(RecordedSteps.net(RecordedSteps.sgd()));
      LearningRates.of(graph, RecordedSteps.sgd(), 0.5).set(0.01);
      graph.addListeners(new GradientClipping(1), new UnregularizedDecay(0.1, Form.GRADIENT),
          new WeightAverage(0.9, 1));
      new GradientAccumulation().fit(graph, RecordedSteps.parts(RecordedSteps.batch(0), 2, 4));
      graph.fit(RecordedSteps.batch(1));
      Engine.ONEDNN.assertTrained(graph);
      assertEquals(List.of(), told.list.stream().filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
          .map(ILoggingEvent::getFormattedMessage).toList());
    } finally {
      logger.detachAppender(told);
    }
  }

  @Test
  void saysWhatIsWrong() {
    ComputationGraph graph = DenseNets.net(new Sgd(5), 8);
    assertTrue(message(() -> LearningRates.of(graph, new AdaDelta())).contains("found AdaDelta"));
    assertTrue(message(() -> LearningRates.of(graph, new Sgd(1), 0.5)).contains("stage1_..., found none"));
    assertTrue(message(() -> LearningRates.of(graph, new Sgd(1), vertex -> 0)).contains("freeze"));
    LearningRates.of(graph, new Sgd(1), 1);
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
