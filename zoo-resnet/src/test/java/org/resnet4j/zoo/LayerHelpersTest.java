package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.resnet4j.zoo.layer.GroupedConvolution;

class LayerHelpersTest {
  private static final String PROPERTY = DL4JSystemProperties.DISABLE_HELPER_PROPERTY;
  private String before;

  @BeforeEach
  void keepTheProperty() {
    before = System.getProperty(PROPERTY);
    System.clearProperty(PROPERTY);
  }

  @AfterEach
  void restoreTheProperty() {
    if (before == null) {
      System.clearProperty(PROPERTY);
    } else {
      System.setProperty(PROPERTY, before);
    }
  }

  /** A stem with a max pool, and a residual block whose second convolution is grouped. */
  private static ComputationGraph residual(CNN2DFormat format) {
    ComputationGraph net = new ComputationGraph(new NeuralNetConfiguration.Builder().seed(6)
        .updater(new Nesterovs(0.05)).weightInit(WeightInit.RELU)
        .convolutionMode(ConvolutionMode.Truncate).activation(Activation.IDENTITY)
        .graphBuilder().addInputs("input").setInputTypes(InputType.convolutional(17, 15, 3, format))
        .addLayer("stem_conv", new ConvolutionLayer.Builder(3, 3).nOut(16).stride(2, 2).padding(1, 1).build(), "input")
        .addLayer("stem_norm", new BatchNormalization.Builder().useLogStd(false).build(), "stem_conv")
        .addLayer("stem_pool", new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(3, 3).stride(2, 2).padding(1, 1)
            .build(), "stem_norm")
        .addLayer("conv1", new ConvolutionLayer.Builder(3, 3).nOut(16).padding(1, 1).hasBias(false).build(),
            "stem_pool")
        .addLayer("norm1", new BatchNormalization.Builder().useLogStd(false).build(), "conv1")
        .addLayer("relu1", new ActivationLayer(Activation.RELU), "norm1")
        .addLayer("conv2", new GroupedConvolution.Builder(4, 3, 3).nOut(16).padding(1, 1).build(), "relu1")
        .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv2", "stem_pool")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "add")
        .addLayer("output", new OutputLayer.Builder().nOut(4).activation(Activation.SOFTMAX).build(), "pool")
        .setOutputs("output").build());
    net.init();
    return net;
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void convolutionAndNormAndPoolHaveOneDnnHelpers(CNN2DFormat format) {
    assumeTrue(LayerHelpers.hasOneDnn(), "this ND4J build has no oneDNN");
    LayerHelpers.enable();
    assertEquals(Map.of("stem_conv", "MKLDNNConvHelper", "stem_norm", "MKLDNNBatchNormHelper",
        "stem_pool", "MKLDNNSubsamplingHelper", "conv1", "MKLDNNConvHelper", "norm1", "MKLDNNBatchNormHelper"),
        LayerHelpers.active(residual(format)));
  }

  @Test
  void withoutBeingEnabledThereAreNone() {
    assertEquals(Map.of(), LayerHelpers.active(residual(CNN2DFormat.NCHW)));
  }

  @Test
  void theUsersSettingIsLeftAlone() {
    System.setProperty(PROPERTY, "true");
    LayerHelpers.enable();
    assertEquals("true", System.getProperty(PROPERTY));
    assertEquals(Map.of(), LayerHelpers.active(residual(CNN2DFormat.NCHW)));
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void helpersChangeNoResult(CNN2DFormat format) {
    assumeTrue(LayerHelpers.hasOneDnn(), "this ND4J build has no oneDNN");
    ComputationGraph plain = residual(format);
    LayerHelpers.enable();
    ComputationGraph helped = residual(format);
    assertEquals(5, LayerHelpers.active(helped).size());
    assertEquals(plain.params(), helped.params());
    for (int step = 0; step < 3; step++) {
      Nd4j.getRandom().setSeed(step);
      INDArray nchw = Nd4j.randn(DataType.FLOAT, 8, 3, 17, 15);
      INDArray x = format == CNN2DFormat.NHWC ? nchw.permute(0, 2, 3, 1).dup('c') : nchw;
      INDArray labels = Nd4j.zeros(DataType.FLOAT, 8, 4);
      for (int i = 0; i < 8; i++) {
        labels.putScalar(i, (i * 3 + step) % 4, 1);
      }
      assertClose(plain.outputSingle(x), helped.outputSingle(x), "output before step " + step);
      plain.fit(new DataSet(x, labels));
      helped.fit(new DataSet(x, labels));
      assertClose(plain.params(), helped.params(), "parameters after step " + step);
    }
  }

  private static void assertClose(INDArray expected, INDArray found, String what) {
    double difference = expected.sub(found).amaxNumber().doubleValue() / expected.amaxNumber().doubleValue();
    assertTrue(difference <= 1e-5, () -> what + ": largest difference relative to the largest value " + difference);
  }
}
