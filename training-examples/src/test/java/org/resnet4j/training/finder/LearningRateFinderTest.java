package org.resnet4j.training.finder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

class LearningRateFinderTest {
  private static final int SIDE = 8;
  private static final int CLASSES = 4;
  private static final FinderOptions QUICK = FinderOptions.DEFAULT.withSteps(40).withRates(1e-4, 10);

  static Stream<Arguments> updaters() {
    return Stream.of(updater("momentum", rate -> new SgdMomentum(rate, 0.9), UnaryOperator.identity()),
        updater("AdamW", AdamW::new, OneDnn::wrap), updater("Adam", Adam::new, UnaryOperator.identity()),
        updater("Nesterovs", rate -> new Nesterovs(rate, 0.9), OneDnn::wrap));
  }

  private static Arguments updater(
      String name, DoubleFunction<IUpdater> updater, UnaryOperator<ComputationGraph> engine) {
    return Arguments.of(name, updater, engine);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("updaters")
  void suggestionTrainsBetterThanRatesAHundredTimesOff(
      String name, DoubleFunction<IUpdater> updater, UnaryOperator<ComputationGraph> engine) {
    LearningRateCurve curve = LearningRateFinder.run(engine.apply(net(updater.apply(0.5))), batches(20, 1), QUICK);
    double rate = curve.suggestion().orElseThrow();
    double loss = trained(net(updater.apply(rate)));
    assertTrue(loss < 0.7 * trained(net(updater.apply(rate / 100))), curve.csv());
    assertTrue(loss < 0.7 * trained(net(updater.apply(rate * 100))), curve.csv());
  }

  /** The mean loss of the last ten batches of 30. */
  private static double trained(ComputationGraph net) {
    CollectScoresIterationListener scores = new CollectScoresIterationListener(1);
    net.setListeners(scores);
    net.fit(batches(30, 1));
    return DoubleStream.of(scores.getScoreVsIter().getEffectiveScores()).skip(20)
        .map(loss -> Double.isFinite(loss) ? loss : Double.MAX_VALUE).average().orElseThrow();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("updaters")
  void graphStaysAsItWas(String name, DoubleFunction<IUpdater> updater, UnaryOperator<ComputationGraph> engine) {
    ComputationGraph net = engine.apply(net(updater.apply(0.01)));
    net.fit(batches(3, 1));
    CollectScoresIterationListener listener = new CollectScoresIterationListener(1);
    net.setListeners(listener);
    INDArray parameters = net.params().dup();
    INDArray state = net.getUpdater().getStateViewArray().dup();
    int iteration = net.getIterationCount();
    String configuration = net.getConfiguration().toJson();

    LearningRateFinder.run(net, batches(3, 2), QUICK);
    assertThrows(IllegalStateException.class,
        () -> LearningRateFinder.run(net, new ExistingDataSetIterator(failingAfter(7)), QUICK));

    assertEquals(parameters, net.params());
    assertEquals(state, net.getUpdater().getStateViewArray());
    assertEquals(iteration, net.getIterationCount());
    assertEquals(configuration, net.getConfiguration().toJson());
    assertEquals(List.of(listener), List.copyOf(net.getListeners()));
    assertEquals(0, listener.getScoreVsIter().getEffectiveScores().length);
    assertSame(net.getLayers()[0].conf(), net.getLayer("conv").conf());
    net.fit(batches(1, 1));
    assertNotEquals(parameters, net.params());
    assertEquals(1, listener.getScoreVsIter().getEffectiveScores().length);
  }

  private static Iterable<DataSet> failingAfter(int count) {
    DataSetIterator good = batches(count, 3);
    return () -> new Iterator<>() {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public DataSet next() {
        if (!good.hasNext()) {
          throw new IllegalStateException("disk gone");
        }
        return good.next();
      }
    };
  }

  @Test
  void goesRoundAShortIteratorAndComesOutTheSame() {
    ComputationGraph net = net(new SgdMomentum(0.01, 0.9));
    DataSetIterator batches = batches(2, 1);
    LearningRateCurve curve = LearningRateFinder.run(net, batches, QUICK);
    assertTrue(curve.points().size() > 10, curve.csv());
    assertEquals(1e-4, curve.points().get(0).rate(), 1e-12);
    assertEquals(curve.points().get(1).rate() / curve.points().get(0).rate(),
        curve.points().get(9).rate() / curve.points().get(8).rate(), 1e-9);
    assertEquals(curve, LearningRateFinder.run(net, batches, QUICK));
  }

  @Test
  void engineAndDeeplearning4jFindTheSame() {
    LearningRateCurve plain = LearningRateFinder.run(net(new AdamW(0.1)), batches(5, 1), QUICK);
    LearningRateCurve engine = LearningRateFinder.run(OneDnn.wrap(net(new AdamW(0.1))), batches(5, 1), QUICK);
    for (int i = 0; i < 20; i++) {
      assertEquals(plain.points().get(i).loss(), engine.points().get(i).loss(), 1e-3);
    }
  }

  @Test
  void schedulesAreOverriddenAndSharesOfRatesKept() {
    LearningRateCurve half = LearningRateFinder.run(net(new Sgd(0.1), new Sgd(0.05)), batches(5, 1), QUICK);
    assertEquals(half, LearningRateFinder.run(net(new Sgd(1), new Sgd(0.5)), batches(5, 1), QUICK));
    assertEquals(half, LearningRateFinder.run(
        net(new Sgd(new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.5)), new Sgd(0.05)), batches(5, 1), QUICK));
    assertNotEquals(half, LearningRateFinder.run(net(new Sgd(0.1)), batches(5, 1), QUICK));
  }

  @Test
  void stopsWhereTheLossExplodes() {
    LearningRateCurve curve = LearningRateFinder.run(linear(), batches(20, 1), QUICK.withRates(1e-3, 1e6));
    assertTrue(curve.exploded());
    assertTrue(curve.points().size() < QUICK.steps());
    assertTrue(curve.points().stream().allMatch(point -> Double.isFinite(point.loss())), curve.csv());
  }

  @Test
  void whatTeachesNothingIsRefused() {
    assertThrows(IllegalArgumentException.class,
        () -> LearningRateFinder.run(net(new NoOp()), batches(1, 1), QUICK));
    List<DataSet> single = batches(1, 1).next().asList().subList(0, 2);
    assertThrows(IllegalArgumentException.class,
        () -> LearningRateFinder.run(net(new Sgd(1)), new ListDataSetIterator<>(single, 1), QUICK));
    assertThrows(IllegalArgumentException.class, () -> QUICK.withRates(1, 1));
    assertThrows(IllegalArgumentException.class, () -> QUICK.withRates(0, 1));
    assertThrows(IllegalArgumentException.class, () -> QUICK.withSteps(5));
    assertThrows(IllegalArgumentException.class, () -> QUICK.withSmoothing(1));
    assertFalse(LearningRateFinder.run(net(new Sgd(1e-3)), batches(20, 1), QUICK.withRates(1e-9, 1e-8)).suggestion()
        .isPresent());
  }

  private static ComputationGraph net(IUpdater updater) {
    return net(updater, updater);
  }

  private static ComputationGraph net(IUpdater head, IUpdater body) {
    ComputationGraph net = new ComputationGraph(new NeuralNetConfiguration.Builder().seed(1).updater(body).l2(1e-4)
        .graphBuilder().addInputs("input").setInputTypes(InputType.convolutional(SIDE, SIDE, 3))
        .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(8).hasBias(false).build(), "input")
        .addLayer("norm", new BatchNormalization.Builder().activation(Activation.RELU).build(), "conv")
        .addLayer("pool", new GlobalPoolingLayer.Builder().build(), "norm")
        .addLayer("head", new OutputLayer.Builder(LossFunction.MCXENT).nOut(CLASSES).activation(Activation.SOFTMAX)
            .updater(head).build(), "pool").setOutputs("head").build());
    net.init();
    return net;
  }

  private static ComputationGraph linear() {
    ComputationGraph net = new ComputationGraph(new NeuralNetConfiguration.Builder().seed(1).updater(new Sgd(1))
        .graphBuilder().addInputs("input").setInputTypes(InputType.convolutional(SIDE, SIDE, 3))
        .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(8).build(), "input")
        .addLayer("pool", new GlobalPoolingLayer.Builder().build(), "conv")
        .addLayer("head", new OutputLayer.Builder(LossFunction.MSE).nOut(CLASSES).activation(Activation.IDENTITY)
            .build(), "pool").setOutputs("head").build());
    net.init();
    return net;
  }

  /** Batches of 16 noisy images; a class is a pattern. */
  private static DataSetIterator batches(int count, long seed) {
    Random random = new Random(seed);
    Random patterns = new Random(1);
    float[] pattern = new float[CLASSES * 3 * SIDE * SIDE];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (float) patterns.nextGaussian();
    }
    int length = pattern.length / CLASSES;
    List<DataSet> examples = new ArrayList<>();
    for (int i = 0; i < count * 16; i++) {
      int label = i % CLASSES;
      float[] pixels = new float[length];
      for (int p = 0; p < length; p++) {
        pixels[p] = pattern[label * length + p] + 0.3f * (float) random.nextGaussian();
      }
      float[] oneHot = new float[CLASSES];
      oneHot[label] = 1;
      examples.add(new DataSet(Nd4j.create(pixels, new long[] {1, 3, SIDE, SIDE}, 'c'),
          Nd4j.create(oneHot, new long[] {1, CLASSES}, 'c')));
    }
    return new ListDataSetIterator<>(examples, 16);
  }
}
