package org.resnet4j.training.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.loop.TrainingResult.End;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.zoo.ResNets;

class TrainerTest {
  private static final int IMAGES = 24;

  @Test
  void learnsAndKeepsTheBestEpochsWeights() throws IOException {
    List<EpochMetrics> improved = new ArrayList<>();
    List<INDArray> saved = new ArrayList<>();
    TrainingResult result = train(net(1), plan(0, phase(4, 0.05)), new TrainingObserver() {
      @Override
      public void improved(ComputationGraph graph, EpochMetrics epoch) {
        improved.add(epoch);
        saved.add(graph.params().dup());
      }
    });
    assertEquals(4, result.epochs().size());
    assertEquals(End.ALL_EPOCHS, result.end());
    assertEquals(improved.get(improved.size() - 1), result.best().orElseThrow());
    assertEquals(saved.get(saved.size() - 1), result.graph().params());
    assertTrue(result.best().get().validationAccuracy() >= 0.9, result.epochs().toString());
  }

  @Test
  void sameSeedSameWeightsToTheBit() throws IOException {
    INDArray first = train(net(5), plan(0, phase(2, 0.05)), new TrainingObserver() {}).graph().params();
    INDArray second = train(net(5), plan(0, phase(2, 0.05)), new TrainingObserver() {}).graph().params();
    INDArray other = train(net(6), plan(0, phase(2, 0.05)), new TrainingObserver() {}).graph().params();
    assertEquals(first, second);
    assertEquals(0, first.sub(second).amaxNumber().doubleValue());
    assertNotEquals(first, other);
  }

  @Test
  void trainingFiguresAreThoseOfTheForwardPassThatTrains() throws IOException {
    figuresAreThoseOfTheForwardPass(net(2));
  }

  /** As imported nets end: the head's weights are the output layer's own. */
  @Test
  void trainingFiguresOfAnOutputLayerAreThoseOfTheForwardPassThatTrains() throws IOException {
    ComputationGraph net = new ComputationGraph(new NeuralNetConfiguration.Builder().seed(1).graphBuilder()
        .addInputs("input").setInputTypes(InputType.convolutional(16, 16, 3))
        .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "input")
        .addLayer("pool", new GlobalPoolingLayer.Builder().build(), "conv")
        .addLayer("head", new OutputLayer.Builder(LossFunction.MCXENT).nOut(2).activation(Activation.SOFTMAX).build(),
            "pool").setOutputs("head").build());
    net.init();
    figuresAreThoseOfTheForwardPass(net);
  }

  private static void figuresAreThoseOfTheForwardPass(ComputationGraph net) throws IOException {
    DataSet batch = ColourBatches.of(8, 8, 3).next();
    INDArray expected = net.output(true, batch.getFeatures())[0];
    double loss = 0;
    for (int i = 0; i < 8; i++) {
      loss -= Math.log(expected.getDouble(i, i % 2)) / 8;
    }
    TrainingPhase still = new TrainingPhase("still", 1, new FixedSchedule(1e-30));
    EpochMetrics epoch = train(net, TrainingPlan.sgd(List.of(still), 0.9, 0.5, 0, 1), new TrainingObserver() {},
        ColourBatches.of(8, 8, 3), ColourBatches.of(8, 8, 3)).epochs().get(0);
    assertEquals(loss, epoch.trainLoss(), 1e-4, "the weight decay of 0.5 must not show");
  }

  @Test
  void stopsWhenTheValidationAccuracyNoLongerRises() throws IOException {
    TrainingResult result = train(net(1), plan(2, phase(10, 1e-12)), new TrainingObserver() {});
    assertEquals(End.EARLY, result.end());
    double highest = result.epochs().stream().mapToDouble(EpochMetrics::validationAccuracy).max().orElseThrow();
    int reached = 0;
    while (result.epochs().get(reached).validationAccuracy() < highest) {
      reached++;
    }
    assertEquals(reached + 1 + 2, result.epochs().size(), "up to the highest, and two without a gain");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDivergedRunKeepsTheBestModel(boolean wrapped) throws IOException {
    List<INDArray> saved = new ArrayList<>();
    TrainingPlan plan = plan(0, phase(1, 0.05), phase(3, 1e30));
    UnaryOperator<ComputationGraph> engine = wrapped ? OneDnn::wrap : UnaryOperator.identity();
    TrainingResult result = new Trainer(plan, new TrainingObserver() {
      @Override
      public void improved(ComputationGraph graph, EpochMetrics epoch) {
        saved.add(graph.params().dup());
      }
    }).on(engine).train(net(1), Steps.of(ColourBatches.of(IMAGES, 8, 1)),
        Validation.on(ColourBatches.CLASSES, ColourBatches.of(16, 16, 2)));
    assertEquals(End.DIVERGED, result.end());
    assertTrue(result.seen().matches("in step [4-9], epoch 2, at a learning rate of 1.0E30, the .* became .*"),
        result.seen());
    assertEquals(1, result.best().orElseThrow().epoch());
    assertEquals(saved.get(0), result.graph().params());
  }

  @Test
  void aRunThatDivergesAtOnceHasNoBestModel() throws IOException {
    TrainingResult result = train(net(1), plan(0, phase(1, 1e30)), new TrainingObserver() {});
    assertEquals(End.DIVERGED, result.end());
    assertFalse(result.best().isPresent());
  }

  @Test
  void aFrozenPhaseTrainsTheHeadOnly() throws IOException {
    ComputationGraph net = net(1);
    INDArray logits = net.getLayer("logits").params().dup();
    INDArray convolution = net.getLayer("stage2_block1_conv1").params().dup();
    INDArray norm = net.getLayer("stage3_block1_norm2").params().dup();
    TrainingPhase head = new TrainingPhase("head", 1, new FixedSchedule(0.05)).withFrozenThrough("pool");
    ComputationGraph trained = train(net, plan(0, head), new TrainingObserver() {}).graph();
    assertNotEquals(logits, trained.getLayer("logits").params());
    assertEquals(convolution, trained.getLayer("stage2_block1_conv1").params());
    assertEquals(norm, trained.getLayer("stage3_block1_norm2").params(), "running statistics stay, too");
  }

  @Test
  void theWholeNetIsTrainedAfterItsHead() throws IOException {
    ComputationGraph net = net(1);
    INDArray convolution = net.getLayer("stage2_block1_conv1").params().dup();
    TrainingPhase head = new TrainingPhase("head", 1, new FixedSchedule(0.05)).withFrozenThrough("pool");
    TrainingResult result = train(net, plan(0, head, phase(2, 0.05)), new TrainingObserver() {});
    assertEquals(List.of("head", "all", "all"), result.epochs().stream().map(EpochMetrics::phase).toList());
    assertEquals(List.of(1, 2, 3), result.epochs().stream().map(EpochMetrics::epoch).toList());
    if (result.best().orElseThrow().epoch() > 1) {
      assertNotEquals(convolution, result.graph().getLayer("stage2_block1_conv1").params());
    }
  }

  @Test
  void aRestOfOneImageIsNoBatch() throws IOException {
    ComputationGraph net = net(1);
    train(net, plan(0, phase(2, 0.05)), new TrainingObserver() {}, ColourBatches.of(9, 8, 1), ColourBatches.of(4, 4, 2));
    assertEquals(2, net.getIterationCount(), "one step an epoch");
  }

  @Test
  void weightsDecayAndBiasesAndNormsDoNot() throws IOException {
    ComputationGraph net = train(net(1), plan(0, phase(1, 0.01)), new TrainingObserver() {}).graph();
    assertEquals(1, regularization(net, "stem_conv", "W").size());
    assertEquals(1, regularization(net, "logits", "W").size());
    assertEquals(0, regularization(net, "logits", "b").size());
    assertEquals(0, regularization(net, "stem_norm", "gamma").size());
    assertEquals(0, regularization(net, "stem_norm", "beta").size());
  }

  private static List<Regularization> regularization(ComputationGraph net, String vertex, String parameter) {
    List<Regularization> found =
        ((BaseLayer) net.getLayer(vertex).conf().getLayer()).getRegularizationByParam(parameter);
    return found == null ? List.of() : found;
  }

  private static ComputationGraph net(long seed) {
    return ResNets.named("cifar_resnet8").numClasses(2).inputShape(3, 16, 16).seed(seed).build().init();
  }

  private static TrainingPhase phase(int epochs, double rate) {
    return new TrainingPhase("all", epochs, new FixedSchedule(rate));
  }

  private static TrainingPlan plan(int patience, TrainingPhase... phases) {
    return TrainingPlan.sgd(List.of(phases), 0.9, 1e-4, patience, 1);
  }

  private static TrainingResult train(ComputationGraph net, TrainingPlan plan, TrainingObserver observer)
      throws IOException {
    return train(net, plan, observer, ColourBatches.of(IMAGES, 8, 1), ColourBatches.of(16, 16, 2));
  }

  private static TrainingResult train(ComputationGraph net, TrainingPlan plan, TrainingObserver observer,
      ImageBatches training, ImageBatches validation) throws IOException {
    return new Trainer(plan, observer)
        .train(net, Steps.of(training), Validation.on(ColourBatches.CLASSES, validation));
  }
}
