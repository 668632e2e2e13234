package org.resnet4j.engine.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.engine.update.Nets.net;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.stepfunctions.DefaultStepFunction;
import org.deeplearning4j.nn.conf.stepfunctions.GradientStepFunction;
import org.deeplearning4j.nn.conf.stepfunctions.NegativeDefaultStepFunction;
import org.deeplearning4j.nn.conf.stepfunctions.NegativeGradientStepFunction;
import org.deeplearning4j.nn.conf.stepfunctions.StepFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.solvers.StochasticGradientDescent;
import org.deeplearning4j.optimize.solvers.accumulation.BasicGradientsAccumulator;
import org.deeplearning4j.optimize.solvers.accumulation.LocalHandler;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.resnet4j.engine.update.Twins.Fused;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

/** Everything around the updater: what {@code fit} does besides, and what stays DL4J's. */
class FusedSolverTest {
  private static final int STEPS = 10;
  private static final DataSet[] BATCHES = Twins.batches(Nets.IMAGE);

  private static Supplier<ComputationGraphConfiguration> plain(IUpdater updater) {
    return net(builder -> builder.updater(updater.clone()).l2(0.01));
  }

  /** Trains both and expects these lines in the log. */
  private static void trainLogging(Twins twins, String... lines) {
    assertEquals(List.of(lines), Logged.during(() -> twins.train(STEPS, BATCHES)));
  }

  @Test
  void constraintsComeAfterTheStep() {
    Twins twins = new Twins(net(builder -> builder.updater(new SgdMomentum(0.3, 0.9))
        .constrainWeights(new MaxNormConstraint(0.5, 1)).constrainBias(new NonNegativeConstraint()),
        layers -> layers.dense().setConstraints(List.of(new UnitNormConstraint(0)))));
    trainLogging(twins);
    assertTrue(twins.fused.getLayer("convolution").getParam("b").minNumber().floatValue() >= 0);
  }

  @ParameterizedTest
  @CsvSource({"false, 0", "false, 0.1", "true, 0", "true, 0.1"})
  void frozenLayersStayAsInDl4j(boolean backprop, double decay) {
    Twins twins = new Twins(() -> {
      Nets.Layers layers = new Nets.Layers();
      return new NeuralNetConfiguration.Builder().seed(2).updater(new Adam(0.01)).weightDecay(decay).graphBuilder()
          .addInputs("input").setInputTypes(InputType.convolutional(5, 5, 2))
          .addLayer("convolution", backprop ? new FrozenLayerWithBackprop(layers.convolution())
              : new FrozenLayer(layers.convolution()), "input")
          .addLayer("norm", backprop ? layers.norm() : new FrozenLayer(layers.norm()), "convolution")
          .addLayer("dense", layers.dense(), "norm").addLayer("output", layers.output(), "dense")
          .setOutputs("output").build();
    });
    INDArray frozen = twins.fused.getLayer("convolution").getParam("W").dup();
    INDArray trained = twins.fused.getLayer("dense").getParam("W").dup();
    trainLogging(twins);
    assertNotEquals(trained, twins.fused.getLayer("dense").getParam("W"));
    // DL4J decays the weights of a layer that is frozen with backpropagation.
    assertEquals(!backprop || decay == 0, frozen.equals(twins.fused.getLayer("convolution").getParam("W")));
  }

  /** Sees gradients before the update, and what is in their place after it. */
  private static final class Watching extends BaseTrainingListener {
    final List<INDArray> seen = new ArrayList<>();

    @Override
    public void onGradientCalculation(Model model) {
      seen.add(model.gradient().gradient().dup());
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      assertEquals(seen.size() / 2, iteration);
      seen.add(model.gradient().gradient().dup());
    }
  }

  @Test
  void listenersSeeTheGradientAndThenTheUpdate() {
    Twins twins = new Twins(net(builder -> builder.updater(new Nesterovs(0.1, 0.9)).weightDecay(0.1),
        layers -> layers.dense().setIUpdater(new Sgd(0.5))));
    Watching stock = new Watching();
    Watching fused = new Watching();
    twins.stock.setListeners(stock);
    twins.fused.setListeners(fused);
    trainLogging(twins);
    assertEquals(2 * STEPS, fused.seen.size());
    for (int i = 0; i < fused.seen.size(); i++) {
      Twins.assertSame(stock.seen.get(i), fused.seen.get(i), (i % 2 == 0 ? "gradient " : "update ") + i / 2);
    }
    twins.both(graph -> graph.setListeners());
    trainLogging(twins);
    assertEquals(2 * STEPS, fused.seen.size());
  }

  @Test
  void savedInTheMiddleItGoesOnInStockDl4jAndBack(@TempDir Path folder) throws IOException {
    for (IUpdater updater : List.of(new SgdMomentum(0.1, 0.9), new Nesterovs(0.1, 0.9), new Adam(0.01),
        new AdamW(0.01))) {
      Twins twins = new Twins(plain(updater));
      twins.train(STEPS, BATCHES);
      File file = folder.resolve("half").toFile();
      twins.fused.save(file, true);
      ComputationGraph goesOn = ModelSerializer.restoreComputationGraph(file, true);
      Fused back = new Fused(goesOn.getConfiguration().clone());
      back.getConfiguration().setIterationCount(goesOn.getConfiguration().getIterationCount());
      back.setParams(goesOn.params());
      back.setUpdater(new ComputationGraphUpdater(back, goesOn.getUpdater().getStateViewArray().dup()));
      back.use(new FusedSolver(back));
      for (int i = 0; i < 2; i++) {
        ComputationGraph other = i == 0 ? goesOn : back;
        for (DataSet batch : BATCHES) {
          (i == 0 ? twins.stock : twins.fused).fit(batch.copy());
          other.fit(batch.copy());
        }
        Twins.assertSame(twins.stock.params(), other.params(), "parameters");
        Twins.assertSame(twins.stock.getUpdater().getStateViewArray(), other.getUpdater().getStateViewArray(), "state");
      }
    }
  }

  @Test
  void cloneIsStockAndGoesOnTheSame() {
    Twins twins = new Twins(plain(new Adam(0.01)));
    twins.train(3, BATCHES);
    ComputationGraph stock = twins.stock.clone();
    ComputationGraph fused = twins.fused.clone();
    for (DataSet batch : BATCHES) {
      stock.fit(batch.copy());
      fused.fit(batch.copy());
    }
    Twins.assertSame(stock.params(), fused.params(), "parameters");
  }

  @Test
  void changesBetweenStepsCount() {
    // Without a norm: DL4J can't change the rate where parameters have no updater.
    Twins twins = new Twins(wide(new Adam(0.01)));
    INDArray start = twins.fused.params().dup();
    List<Consumer<ComputationGraph>> changes = List.of(graph -> graph.setLearningRate(0.003),
        graph -> graph.setLearningRate("output", 0.1), graph -> graph.setParams(start),
        graph -> graph.getUpdater().setStateViewArray(graph.getUpdater().getStateViewArray().mul(0.5)),
        graph -> graph.setUpdater(new ComputationGraphUpdater(graph)));
    for (Consumer<ComputationGraph> change : changes) {
      assertEquals(List.of(), Logged.during(() -> twins.train(2, Twins.batches(200))));
      twins.both(change);
      twins.assertSame("changed");
    }
    twins.train(2, Twins.batches(200));
  }

  static Stream<StepFunction> steps() {
    return Stream.of(new DefaultStepFunction(), new GradientStepFunction(), new NegativeDefaultStepFunction(),
        new NegativeGradientStepFunction());
  }

  @ParameterizedTest
  @MethodSource("steps")
  void otherStepFunctionsAreDl4js(StepFunction function) {
    Twins twins = new Twins(() -> {
      ComputationGraphConfiguration configuration = plain(new Adam(0.001)).get();
      configuration.getDefaultConfiguration().setStepFunction(function);
      return configuration;
    });
    String type = "org.deeplearning4j.optimize.stepfunctions." + function.getClass().getSimpleName();
    trainLogging(twins, function instanceof NegativeGradientStepFunction ? new String[0]
        : new String[] {"Step function " + type + " isn't fused: DL4J's own solver trains this network"});
  }

  @ParameterizedTest
  @EnumSource(OptimizationAlgorithm.class)
  void otherAlgorithmsAreDl4js(OptimizationAlgorithm algorithm) {
    Twins twins = new Twins(net(builder -> builder.updater(new Sgd(0.1)).optimizationAlgo(algorithm)));
    assertInstanceOf(twins.stock.getOptimizer().getClass(), twins.fused.getOptimizer());
    trainLogging(twins);
  }

  @Test
  void accumulatorsOfGradientsAreServedByDl4j() {
    Twins twins = new Twins(plain(new SgdMomentum(0.1, 0.9)))
        .both(graph -> graph.setGradientsAccumulator(new BasicGradientsAccumulator(1, new LocalHandler())));
    INDArray start = twins.fused.params().dup();
    twins.train(1, BATCHES);
    assertNotEquals(start, twins.fused.params());
    assertInstanceOf(StochasticGradientDescent.class, twins.fused.getOptimizer());
  }

  @Test
  void otherNumbersThanFloatsAreDl4js() {
    Twins twins = new Twins(net(builder -> builder.updater(new Adam(0.01)).dataType(DataType.DOUBLE)));
    DataSet[] batches = Stream.of(BATCHES).map(batch -> new DataSet(batch.getFeatures().castTo(DataType.DOUBLE),
        batch.getLabels().castTo(DataType.DOUBLE))).toArray(DataSet[]::new);
    assertEquals(
        List.of("Parameters are DOUBLE, gradients DOUBLE: DL4J's own updater trains this network"),
        Logged.during(() -> twins.train(STEPS, batches)));
  }

  /** An updater that was made for another network's arrays works as DL4J has it, on an external gradient. */
  @Test
  void anotherNetworksUpdaterIsDl4js() {
    Twins twins = new Twins(plain(new Adam(0.01)));
    ComputationGraph other = new ComputationGraph(plain(new Adam(0.01)).get());
    other.init();
    ComputationGraph another = new ComputationGraph(plain(new Adam(0.01)).get());
    another.init();
    twins.stock.setUpdater(new ComputationGraphUpdater(other));
    twins.fused.setUpdater(new ComputationGraphUpdater(another));
    trainLogging(twins,
        "The updater was made for other arrays than the network's: DL4J's own updater trains this network");
  }

  private static Supplier<ComputationGraphConfiguration> wide(IUpdater updater) {
    return () -> new NeuralNetConfiguration.Builder().seed(5).updater(updater.clone()).l2(0.01).graphBuilder()
        .addInputs("input").setInputTypes(InputType.feedForward(200))
        .addLayer("hidden", new DenseLayer.Builder().nOut(700).activation(Activation.RELU).build(), "input")
        .addLayer("output", new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build(), "hidden")
        .setOutputs("output").build();
  }

  /** More weights than a thread's part has, and parts that aren't full. */
  @Test
  void threadsShareTheWorkWithoutADifference() {
    for (int threads : new int[] {0, 1, 2, 7}) {
      Twins twins = new Twins(wide(new AdamW(0.01)), threads);
      assertEquals(List.of(), Logged.during(() -> twins.train(4, Twins.batches(200))));
    }
  }

  @Test
  void networksTrainAtOnceInTwoThreads() {
    List<CompletableFuture<Void>> trainings = Stream.of(new Adam(0.01), new AdamW(0.01))
        .map(updater -> CompletableFuture.runAsync(
            () -> new Twins(wide(updater), 2).train(STEPS, Twins.batches(200)))).toList();
    trainings.forEach(CompletableFuture::join);
  }

  @Test
  void anInterruptWaitsUntilTheStepIsDone() {
    Twins twins = new Twins(wide(new Nesterovs(0.01, 0.9)), 3);
    Thread.currentThread().interrupt();
    twins.train(3, Twins.batches(200));
    assertTrue(Thread.interrupted());
  }

  @Test
  void truncatedBackpropagationStepsInTheMiddleOfASequence() {
    Twins twins = new Twins(() -> new NeuralNetConfiguration.Builder().seed(3).updater(new Adam(0.01)).l2(0.01)
        .graphBuilder().addInputs("input").setInputTypes(InputType.recurrent(3))
        .addLayer("lstm", new LSTM.Builder().nOut(4).build(), "input")
        .addLayer("output", new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(2).activation(Activation.SOFTMAX)
            .build(), "lstm")
        .setOutputs("output").backpropType(BackpropType.TruncatedBPTT).tBPTTLength(4).build());
    INDArray sequences = Nd4j.rand(DataType.FLOAT, 3, 3, 10);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, 3, 2, 10);
    labels.putSlice(0, Nd4j.ones(DataType.FLOAT, 2, 10));
    assertEquals(List.of(), Logged.during(() -> twins.train(4, new DataSet(sequences, labels))));
    assertTrue(twins.fused.getConfiguration().getIterationCount() > 4);
  }

  /** The decoder's parameters are there in supervised training, too, and aren't the updater's. */
  @Test
  void autoencodersTrainTheirEncoder() {
    Twins twins = new Twins(() -> new NeuralNetConfiguration.Builder().seed(3).updater(new Adam(0.01)).weightDecay(0.1)
        .graphBuilder().addInputs("input").setInputTypes(InputType.feedForward(6))
        .addLayer("autoencoder", new VariationalAutoencoder.Builder().nOut(3).encoderLayerSizes(5)
            .decoderLayerSizes(4).build(), "input")
        .addLayer("output", new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build(), "autoencoder")
        .setOutputs("output").build());
    assertEquals(List.of(), Logged.during(() -> twins.train(STEPS, Twins.batches(6))));
  }

  @Test
  void negativeThreadsAreRefused() {
    Fused fused = new Fused(plain(new Sgd(0.1)).get());
    assertThrows(IllegalArgumentException.class, () -> new FusedSolver(fused, -1));
  }
}
