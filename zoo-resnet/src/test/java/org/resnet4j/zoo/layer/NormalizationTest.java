package org.resnet4j.zoo.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.zoo.layer.SmallGraphs.assertClose;
import static org.resnet4j.zoo.layer.SmallGraphs.channelsFirst;
import static org.resnet4j.zoo.layer.SmallGraphs.graph;
import static org.resnet4j.zoo.layer.SmallGraphs.image;
import static org.resnet4j.zoo.layer.SmallGraphs.labels;
import static org.resnet4j.zoo.layer.SmallGraphs.normal;

import java.util.List;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

class NormalizationTest {
  @ParameterizedTest
  @CsvSource({"1, 6", "3, 6", "6, 6", "4, 8"})
  void groupsAreNormalisedAndChannelsScaled(int groups, int channels) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (int batch = 1; batch <= 2; batch++) {
        ComputationGraph net = graph(DataType.DOUBLE, new NoOp(), image(3, 5, channels, format),
            new GroupNormalization.Builder(groups).eps(1e-3).build());
        assertEquals(Nd4j.ones(DataType.DOUBLE, channels), net.getParam("layer0_gamma"));
        assertEquals(Nd4j.zeros(DataType.DOUBLE, channels), net.getParam("layer0_beta"));
        net.setParam("layer0_gamma", normal(DataType.DOUBLE, channels));
        net.setParam("layer0_beta", normal(DataType.DOUBLE, channels));
        INDArray nchw = normal(DataType.DOUBLE, batch, channels, 3, 5).addi(2);
        INDArray expected = nchw.like();
        int perGroup = channels / groups;
        for (int n = 0; n < batch; n++) {
          for (int c = 0; c < channels; c++) {
            int first = c / perGroup * perGroup;
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < perGroup * 15; i++) {
              double value = nchw.getDouble(n, first + i / 15, i / 5 % 3, i % 5);
              sum += value;
              squares += value * value;
            }
            double mean = sum / (perGroup * 15);
            double deviation = Math.sqrt(squares / (perGroup * 15) - mean * mean + 1e-3);
            for (int i = 0; i < 15; i++) {
              double value = (nchw.getDouble(n, c, i / 5, i % 5) - mean) / deviation
                  * net.getParam("layer0_gamma").getDouble(c) + net.getParam("layer0_beta").getDouble(c);
              expected.putScalar(new int[] {n, c, i / 5, i % 5}, value);
            }
          }
        }
        INDArray x = format == CNN2DFormat.NHWC ? nchw.permute(0, 2, 3, 1).dup('c') : nchw;
        assertClose(expected, channelsFirst(net.feedForward(x, false).get("layer0"), format), 1e-12);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void groupGradientsAreRight(CNN2DFormat format) {
    SmallGraphs.assertGradients(image(4, 3, 2, format),
        new ConvolutionLayer.Builder(2, 2).nOut(4).build(),
        new GroupNormalization.Builder(2).build(),
        new ConvolutionLayer.Builder(2, 2).nOut(2).activation(Activation.TANH).build());
  }

  @Test
  void groupsThatDoNotDivideTheChannelsAreRefused() {
    String message = assertThrows(DL4JInvalidConfigException.class, () -> graph(DataType.FLOAT, new NoOp(),
        image(8, 8, 10, CNN2DFormat.NCHW), new GroupNormalization.Builder(4).build())).getMessage();
    assertTrue(message.contains("\"layer0\"") && message.contains("4 groups") && message.contains("10 channels"),
        message);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void normsSurviveJsonAndClone(CNN2DFormat format) {
    ComputationGraph net = graph(DataType.FLOAT, new Nesterovs(0.1), image(8, 8, 8, format),
        new GroupNormalization.Builder(4).eps(1e-3).build(), new BetaOnlyBatchNormalization(0.99, 1e-3));
    SmallGraphs.assertJsonRoundTrip(net);
    assertEquals(net.params(), net.clone().params());
    net.memoryInfo(4, image(8, 8, 8, format));
    GroupNormalization group = (GroupNormalization) net.getLayer("layer0").conf().getLayer();
    assertEquals(group, group.clone());
    assertNotEquals(group, new GroupNormalization.Builder(2).eps(1e-3).build());
    BatchNormalization beta = (BatchNormalization) net.getLayer("layer1").conf().getLayer();
    assertEquals(beta, beta.clone());
    assertEquals(format, beta.getCnn2DFormat());
    assertNotEquals(new BatchNormalization(), new BetaOnlyBatchNormalization());
    assertNotEquals(new BetaOnlyBatchNormalization(), new BatchNormalization());
  }

  /** The same net with DL4J's batch normalisation, gamma reset by hand after each step, is the reference. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gammaStaysOneAndAllElseTrainsAsInBatchNormalization(boolean helpers) {
    String before = System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, String.valueOf(!helpers));
    try {
      BatchNormalization stock = new BatchNormalization.Builder().decay(0.8).eps(1e-3).useLogStd(false).build();
      BetaOnlyBatchNormalization betaOnly = new BetaOnlyBatchNormalization(0.8, 1e-3);
      ComputationGraph[] nets = new ComputationGraph[2];
      for (int i = 0; i < 2; i++) {
        nets[i] = graph(DataType.FLOAT, new Nesterovs(0.1, 0.9), image(6, 6, 3, CNN2DFormat.NCHW),
            new ConvolutionLayer.Builder(3, 3).nOut(8).weightDecay(0.01).build(), i == 0 ? betaOnly : stock);
      }
      INDArray one = Nd4j.ones(DataType.FLOAT, 8);
      for (int step = 0; step < 3; step++) {
        Nd4j.getRandom().setSeed(step);
        DataSet data = new DataSet(normal(DataType.FLOAT, 4, 3, 6, 6), labels(DataType.FLOAT, 4));
        nets[0].fit(data);
        nets[1].fit(data);
        assertNotEquals(one, nets[1].getParam("layer1_gamma"));
        nets[1].getParam("layer1_gamma").assign(1);
        assertEquals(one, nets[0].getParam("layer1_gamma"));
      }
      assertClose(nets[1].params(), nets[0].params(), 1e-6);
      assertNotEquals(Nd4j.zeros(DataType.FLOAT, 8), nets[0].getParam("layer1_beta"));
      assertNotEquals(Nd4j.zeros(DataType.FLOAT, 8), nets[0].getParam("layer1_mean"));
    } finally {
      if (before == null) {
        System.clearProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
      } else {
        System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, before);
      }
    }
  }

  @Test
  void regularisationLeavesTheNormsParametersAlone() {
    Regularization decay = new WeightDecay(0.5, true);
    for (BaseLayer norm : new BaseLayer[] {
        new GroupNormalization.Builder(2).build(), new BetaOnlyBatchNormalization(0.9, 1e-3)}) {
      norm.setRegularization(List.of(decay));
      ComputationGraph net = graph(DataType.FLOAT, new Sgd(0.1), image(4, 4, 4, CNN2DFormat.NCHW), norm);
      net.setParam("layer0_beta", Nd4j.valueArrayOf(new long[] {4}, 2.0, DataType.FLOAT));
      net.setInputs(normal(DataType.FLOAT, 3, 4, 4, 4));
      net.setLabels(labels(DataType.FLOAT, 3));
      net.computeGradientAndScore();
      INDArray beta = net.getParam("layer0_beta").dup();
      INDArray gradient = net.gradient().getGradientFor("layer0_beta").dup();
      net.fit(new DataSet(net.getInput(0), labels(DataType.FLOAT, 3)));
      // DL4J's updater divides a gradient by the batch's size.
      assertClose(beta.sub(gradient.mul(0.1 / 3)), net.getParam("layer0_beta"), 1e-5);
    }
  }
}
