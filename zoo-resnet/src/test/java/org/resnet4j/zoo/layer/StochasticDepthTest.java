package org.resnet4j.zoo.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.ModelSummary;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.ResNets;

class StochasticDepthTest {
  private static final LayerWorkspaceMgr NONE = LayerWorkspaceMgr.noWorkspaces();

  private static ResNet.Builder net() {
    return ResNet.builder().spec(ResNets.spec("cifar_resnet20").withDepths(1, 2).withWidth(4)).inputShape(3, 8, 8)
        .numClasses(3);
  }

  private static DataSet batch() {
    Nd4j.getRandom().setSeed(2);
    return new DataSet(Nd4j.randn(DataType.FLOAT, 6, 3, 8, 8), SmallGraphs.labels(DataType.FLOAT, 6));
  }

  /** As torchvision: an example's branch as a whole is zero or divided by the probability that it stays. */
  @Test
  void examplesStayOrGoAsAWholeAndTheirGradientWithThem() {
    StochasticDepth depth = new StochasticDepth(0.8);
    int examples = 4000;
    INDArray x = Nd4j.rand(DataType.FLOAT, examples, 2, 2, 1).addi(1);
    Nd4j.getRandom().setSeed(4);
    INDArray y = depth.applyDropout(x, x.ulike(), 0, 0, NONE);
    INDArray gradient = depth.backprop(Nd4j.ones(DataType.FLOAT, x.shape()), x.ulike(), 0, 0);
    int kept = 0;
    for (int i = 0; i < examples; i++) {
      float factor = gradient.getFloat(i, 0, 0, 0);
      assertTrue(factor == 0 || factor == 1.25f, "factor " + factor);
      assertEquals(x.slice(i).mul(factor), y.slice(i));
      kept += factor == 0 ? 0 : 1;
    }
    // Five standard deviations.
    assertEquals(0.8 * examples, kept, 5 * Math.sqrt(examples * 0.8 * 0.2));
  }

  @Test
  void drawsAreAFunctionOfTheSeed() {
    INDArray x = Nd4j.ones(DataType.FLOAT, 64, 3);
    INDArray first = drawn(x, 9);
    Nd4j.rand(7);
    assertEquals(first, drawn(x, 9));
    assertNotEquals(first, drawn(x, 10));
  }

  private static INDArray drawn(INDArray x, long seed) {
    Nd4j.getRandom().setSeed(seed);
    return new StochasticDepth(0.5).applyDropout(x, x.ulike(), 0, 0, NONE);
  }

  @Test
  void laterUnitsLoseMore() {
    assertEquals(List.of("stage1_block1_drop 0.8", "stage2_block1_drop 0.6", "stage2_block2_drop 0.4"),
        net().stochasticDepth(0.6).build().configuration().getVertices().entrySet().stream()
            .filter(entry -> entry.getKey().endsWith("_drop"))
            .map(entry -> "%s %.1f".formatted(entry.getKey(), ((StochasticDepth) ((DropoutLayer)
                ((LayerVertex) entry.getValue()).getLayerConf().getLayer()).getIDropout()).retained())).toList());
  }

  @Test
  void withoutItTheGraphIsAsItWas() {
    assertEquals(net().build().configuration().toJson(), net().stochasticDepth(0).build().configuration().toJson());
    assertTrue(net().build().configuration().getVertices().keySet().stream().noneMatch(name -> name.contains("drop")));
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void inferenceIsThatOfTheNetWithoutIt(CNN2DFormat format) {
    ComputationGraph without = net().format(format).build().init();
    ComputationGraph with = net().format(format).stochasticDepth(0.5).build().init();
    INDArray images = batch().getFeatures();
    images = format == CNN2DFormat.NHWC ? images.permute(0, 2, 3, 1).dup() : images;
    assertEquals(without.outputSingle(images), with.outputSingle(images));
    assertNotEquals(with.outputSingle(true, images), with.outputSingle(images));
  }

  @Test
  void summaryAndTransferTakeIt() {
    ResNet net = net().stochasticDepth(0.5).build();
    assertEquals(ModelSummary.of(net().build()).trainableParameters(), ModelSummary.of(net).trainableParameters());
    ComputationGraph trained = net.init();
    trained.fit(batch());
    ComputationGraph frozen = ResNetTransfer.freezeThrough(trained, "stage2");
    // In a frozen part nothing is dropped.
    INDArray images = batch().getFeatures();
    assertEquals(frozen.outputSingle(images), frozen.outputSingle(true, images));
    INDArray before = frozen.getLayer("stage2_block1_conv1").params().dup();
    frozen.fit(batch());
    assertEquals(before, frozen.getLayer("stage2_block1_conv1").params());
    ComputationGraph thawed = ResNetTransfer.unfreeze(frozen);
    assertNotEquals(thawed.outputSingle(images), thawed.outputSingle(true, images));
    thawed.fit(batch());
    assertFalse(before.equals(thawed.getLayer("stage2_block1_conv1").params()));
    assertEquals(3, ResNetTransfer.featureExtractor(thawed, "stage1").outputSingle(images).rank() - 1);
  }

  @Test
  void saysWhatIsWrong() {
    assertEquals("Stochastic depth: expected a probability in (0, 1] that a branch stays, found 0.0.",
        assertThrows(IllegalArgumentException.class, () -> new StochasticDepth(0)).getMessage());
  }
}
