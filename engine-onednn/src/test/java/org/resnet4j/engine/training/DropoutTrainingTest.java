package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.zoo.layer.ChannelDropout;
import org.resnet4j.zoo.layer.PureDropout;

/** Dropout by the engine: ND4J's seed decides, and what stays is scaled. */
class DropoutTrainingTest {
  private static final List<DataSet> BATCHES = PhotoPieces.batches(3, 6, SmallNets.SIZE, 14);
  private static final int SIZE = 400;
  private static final double RETAINED = 0.7;

  private static INDArray trained(long seed) {
    FastComputationGraph fast = OneDnn.wrap(SmallNets.V1.made(net -> net.dropout(0.4), configuration -> { }),
        TrainingStep.FLOATS);
    fast.profile();
    Nd4j.getRandom().setSeed(seed);
    BATCHES.forEach(fast::fit);
    assertFalse(fast.profiled().isEmpty(), "DL4J trained this network");
    INDArray params = fast.params().dup();
    fast.close();
    return params;
  }

  @Test
  void aSeedGivesTheSameParameters() {
    INDArray first = trained(3);
    assertEquals(first, trained(3));
    assertNotEquals(first, trained(4));
  }

  /**
   * Ones go through an identity and dropout, and their squares' mean is the loss: what stays is 1/p, so that the loss is
   * the share of what stays / p², and an element's gradient 2/p² or nothing.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatStaysIsScaled(boolean recompute) {
    EngineOptions options = TrainingStep.FLOATS.withRecompute(recompute);
    ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder().updater(new Sgd(0))
        .graphBuilder().addInputs("in").setInputTypes(InputType.feedForward(SIZE))
        .addLayer("same", new DenseLayer.Builder().nOut(SIZE).activation(Activation.IDENTITY).build(), "in")
        .addLayer("dropped", new DropoutLayer.Builder(RETAINED).build(), "same")
        .addLayer("out", new LossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build(), "dropped")
        .setOutputs("out").build());
    graph.init();
    graph.getLayer("same").getParam("W").assign(Nd4j.eye(SIZE));
    check(OneDnn.wrap(graph, options), Nd4j.ones(DataType.FLOAT, 1, SIZE));
  }

  /** Pixels' mean is that of the channel where all of them stay or go together. */
  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void channelsStayAsAWhole(CNN2DFormat format) {
    ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder().updater(new Sgd(0))
        .activation(Activation.IDENTITY).graphBuilder().addInputs("in")
        .setInputTypes(InputType.convolutional(3, 2, SIZE, format))
        .addLayer("same", new ConvolutionLayer.Builder(1, 1).nOut(SIZE).dataFormat(format).build(), "in")
        .addLayer("dropped", new PureDropout(new ChannelDropout(RETAINED, format)), "same")
        .addLayer("mean", new GlobalPoolingLayer(PoolingType.AVG), "dropped")
        .addLayer("out", new LossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build(), "mean")
        .setOutputs("out").build());
    graph.init();
    graph.getLayer("same").getParam("W").assign(Nd4j.eye(SIZE).reshape(SIZE, SIZE, 1, 1));
    check(OneDnn.wrap(graph, TrainingStep.FLOATS), format == CNN2DFormat.NCHW
        ? Nd4j.ones(DataType.FLOAT, 1, SIZE, 3, 2) : Nd4j.ones(DataType.FLOAT, 1, 3, 2, SIZE));
  }

  private static void check(FastComputationGraph fast, INDArray ones) {
    fast.profile();
    Nd4j.getRandom().setSeed(8);
    double kept = 0;
    int steps = 20;
    INDArray before = null;
    for (int step = 0; step < steps; step++) {
      fast.setInputs(ones.dup());
      fast.setLabels(Nd4j.zeros(DataType.FLOAT, 1, SIZE));
      fast.computeGradientAndScore();
      double share = fast.score() * RETAINED * RETAINED;
      INDArray gradient = fast.gradient().gradientForVariable().get("same_b").mul(SIZE * RETAINED * RETAINED / 2).dup();
      for (float part : gradient.toFloatVector()) {
        assertTrue(Math.abs(part) < 1e-6 || Math.abs(part - 1) < 1e-5, "gradient " + part);
      }
      assertEquals(share, gradient.meanNumber().doubleValue(), 1e-5, "the gradient is dropped where the value is");
      assertNotEquals(before, gradient, "each step drops others");
      before = gradient;
      kept += share / steps;
    }
    assertFalse(fast.profiled().isEmpty(), "DL4J trained this network");
    // Five standard deviations of a share of 8000.
    assertEquals(RETAINED, kept, 5 * Math.sqrt(RETAINED * (1 - RETAINED) / (steps * SIZE)));
    fast.close();
  }
}
