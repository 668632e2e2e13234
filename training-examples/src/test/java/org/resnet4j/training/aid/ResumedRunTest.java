package org.resnet4j.training.aid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.resnet4j.training.aid.UnregularizedDecay.Form;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

/**
 * A run that goes on in a new net from what it saved (configuration, parameters, updater's state, counts, average)
 * comes to the same numbers, to the bit, as one that was never interrupted: with dropout, stochastic depth, all aids.
 */
class ResumedRunTest {
  private static final int STEPS = 4;
  private static final int BREAK = 2;
  private static final int CLASSES = 4;

  static Stream<Arguments> runs() {
    return Stream.of(new SgdMomentum(0.1, 0.9), new Nesterovs(0.1, 0.9), new Adam(0.003), new AdamW(0.003))
        .flatMap(updater -> Stream.of(Engine.values()).map(engine -> Arguments.of(updater, engine)));
  }

  /** A net on its way, and what trains it. */
  private record Run(ComputationGraph graph, LearningRates rates, WeightAverage average) {
    static Run of(Engine engine, ComputationGraph plain, IUpdater updater) {
      ComputationGraph graph = engine.of(plain);
      LearningRates rates = LearningRates.of(graph, updater, 0.5);
      WeightAverage average = new WeightAverage(0.8, 2);
      Form form = updater instanceof AdamW ? Form.DECOUPLED : Form.GRADIENT;
      graph.setListeners(new GradientClipping(0.5), new UnregularizedDecay(1e-2, form), average);
      return new Run(graph, rates, average);
    }

    /** Steps of every size, each a function of its number. */
    List<Double> steps(int from, int to) {
      List<Double> scores = new ArrayList<>();
      for (int step = from; step < to; step++) {
        rates.set(0.01 / (step + 1));
        DataSet batch = batch(step);
        Nd4j.getRandom().setSeed(100 + step);
        if (step % 2 == 0) {
          graph.fit(batch);
        } else {
          new GradientAccumulation().fit(graph, RecordedSteps.parts(batch, 2, 3));
        }
        scores.add(graph.score());
      }
      return scores;
    }
  }

  private static DataSet batch(int step) {
    Nd4j.getRandom().setSeed(step + 1);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, 5, CLASSES);
    for (int i = 0; i < 5; i++) {
      labels.putScalar(i, (i + step) % CLASSES, 1);
    }
    return new DataSet(Nd4j.randn(DataType.FLOAT, 5, 3, 8, 8), labels);
  }

  private static ComputationGraph net(IUpdater updater) {
    return ResNet.builder().spec(ResNets.spec("cifar_resnet20").withDepths(1, 1).withWidth(8)).numClasses(CLASSES)
        .inputShape(3, 8, 8).dropout(0.2).stochasticDepth(0.4).updater(updater)
        .regularization(updater instanceof AdamW ? new WeightDecay(1e-2, true) : new L2Regularization(1e-2)).build()
        .init();
  }

  @ParameterizedTest
  @MethodSource("runs")
  void goesOnToTheBit(IUpdater updater, Engine engine) {
    Run whole = Run.of(engine, net(updater), updater);
    List<Double> scores = whole.steps(0, STEPS);

    Run first = Run.of(engine, net(updater), updater);
    first.steps(0, BREAK);
    ComputationGraph graph = first.graph();
    String json = graph.getConfiguration().toJson();
    INDArray params = graph.params().dup();
    INDArray state = graph.getUpdater().getStateViewArray().dup();
    INDArray mean = first.average().parameters().dup();

    ComputationGraph made = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
    made.init(params, true);
    Run second = Run.of(engine, made, updater);
    assertNotSame(graph, second.graph());
    second.graph().getUpdater().setStateViewArray(state);
    second.graph().getConfiguration().setIterationCount(graph.getConfiguration().getIterationCount());
    second.graph().getConfiguration().setEpochCount(graph.getConfiguration().getEpochCount());
    second.average().restore(mean, first.average().updates());
    assertEquals(scores.subList(BREAK, STEPS), second.steps(BREAK, STEPS));

    assertNotEquals(params, second.graph().params());
    assertEquals(0, DenseNets.distance(whole.graph().params(), second.graph().params()));
    assertEquals(0, DenseNets.distance(whole.graph().getUpdater().getStateViewArray(),
        second.graph().getUpdater().getStateViewArray()));
    assertEquals(0, DenseNets.distance(whole.average().parameters(), second.average().parameters()));
    assertEquals(STEPS, second.graph().getIterationCount());
    engine.assertTrained(second.graph());
    Stream.of(whole, first, second).forEach(run -> run.graph().close());
  }
}
