package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

class ResNetTransferTest {
  private final INDArray images = Nd4j.rand(4, 3, 16, 16);
  private ComputationGraph trained;

  @BeforeEach
  void train() {
    trained = ResNets.named("cifar_resnet8_b").numClasses(3).inputShape(3, 16, 16).build().init();
    trained.fit(data(3));
  }

  private DataSet data(int classes) {
    INDArray labels = Nd4j.zeros(4, classes);
    for (int i = 0; i < 4; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    return new DataSet(images.dup(), labels);
  }

  @Test
  void oneProbabilityBecomesTwo() {
    for (boolean apart : new boolean[] {false, true}) {
      GraphBuilder builder = new NeuralNetConfiguration.Builder().seed(1).graphBuilder().addInputs("in");
      if (apart) {
        LossLayer loss = new LossLayer.Builder(LossFunction.XENT).activation(Activation.SIGMOID).build();
        loss.setNIn(1);
        loss.setNOut(1);
        builder.addLayer("dense", new DenseLayer.Builder().nIn(4).nOut(1).activation(Activation.IDENTITY).build(), "in")
            .addLayer("out", loss, "dense");
      } else {
        builder.addLayer("out", new OutputLayer.Builder(LossFunction.XENT).nIn(4).nOut(1).biasInit(0.3)
            .activation(Activation.SIGMOID).build(), "in");
      }
      ComputationGraph one = new ComputationGraph(builder.setOutputs("out").build());
      one.init();
      INDArray x = Nd4j.rand(5, 4);
      INDArray p = one.outputSingle(x).dup();
      INDArray two = ResNetTransfer.withTwoClasses(one).outputSingle(x);
      assertTrue(two.getColumn(1, true).equalsWithEps(p, 1e-6), two + " " + p);
      assertTrue(two.sum(1).equalsWithEps(Nd4j.ones(5), 1e-6));
    }
    ComputationGraph three = ResNets.named("cifar_resnet8").numClasses(3).build().init();
    assertSame(three, ResNetTransfer.withTwoClasses(three));
  }

  @Test
  void aNewHeadKeepsEverythingElseToTheBit() {
    INDArray features = trained.feedForward(images, false).get("pool");
    ComputationGraph net = ResNetTransfer.newHead(trained, 5);
    assertEquals(5, net.outputSingle(images).size(1));
    assertEquals(features, net.feedForward(images, false).get("pool"));
    trained.paramTable().forEach((name, value) -> {
      if (!name.startsWith("logits")) {
        assertEquals(value, net.getParam(name), name);
      }
    });
    assertEquals(3, trained.outputSingle(images).size(1), "the trained graph is left alone");
    assertThrows(IllegalArgumentException.class, () -> ResNetTransfer.newHead(trained, 0));
  }

  @Test
  void frozenVerticesAndTheirStatisticsDoNotMove() {
    ComputationGraph net = ResNetTransfer.freezeThrough(trained, "stage2");
    assertEquals(trained.outputSingle(images), net.outputSingle(images));
    net.fit(data(3));
    net.fit(data(3));
    for (var layer : trained.getLayers()) {
      String name = layer.conf().getLayer().getLayerName();
      if (layer.numParams() == 0) {
        continue;
      }
      boolean frozen = name.matches("(stem|stage1|stage2)_.*");
      INDArray now = net.getLayer(name).params();
      if (frozen) {
        assertEquals(layer.params(), now, name);
      } else {
        assertNotEquals(layer.params(), now, name);
      }
    }
  }

  @Test
  void unfreezingTrainsEverythingAgain() {
    ComputationGraph frozen = ResNetTransfer.freezeThrough(trained, "pool");
    ComputationGraph net = ResNetTransfer.unfreeze(frozen);
    assertEquals(trained.getConfiguration().getVertices(), net.getConfiguration().getVertices());
    assertEquals(trained.params(), net.params());
    net.fit(data(3));
    assertNotEquals(trained.getParam("stem_conv_W"), net.getParam("stem_conv_W"));
    assertNotEquals(trained.getParam("stem_norm_mean"), net.getParam("stem_norm_mean"));
  }

  @Test
  void freezingAgainGoesFurther() {
    ComputationGraph net = ResNetTransfer.freezeThrough(ResNetTransfer.freezeThrough(trained, "stage1"), "output");
    assertEquals(0, ModelSummary.of(net.getConfiguration(), InputType.convolutional(16, 16, 3)).trainableParameters());
    assertEquals(trained.outputSingle(images), net.outputSingle(images));
    ComputationGraph other = ResNetTransfer.newHead(net, 5);
    other.fit(data(5));
    assertEquals(trained.getParam("stem_conv_W"), other.getParam("stem_conv_W"));
    ComputationGraph free = ResNetTransfer.unfreeze(net);
    free.fit(data(3));
    assertNotEquals(trained.getParam("stem_conv_W"), free.getParam("stem_conv_W"));
  }

  @Test
  void aFrozenExtractorIsSavedAndComesBack(@TempDir Path folder) {
    ComputationGraph net = ResNetTransfer.featureExtractor(ResNetTransfer.freezeThrough(trained, "stage2"), "stage2");
    List<String> channels = IntStream.range(0, 32).mapToObj(String::valueOf).toList();
    new SavedModel(net, channels, Preprocessing.unit(16), Map.of()).save(folder);
    assertEquals(net.outputSingle(images), SavedModel.load(folder).graph().outputSingle(images));
  }

  @Test
  void aFrozenGraphSurvivesItsJson() {
    ComputationGraph net = ResNetTransfer.freezeThrough(trained, "stage1");
    var back = ComputationGraphConfiguration.fromJson(net.getConfiguration().toJson());
    ComputationGraph again = new ComputationGraph(back);
    again.init(net.params().dup(), false);
    assertEquals(net.outputSingle(images), again.outputSingle(images));
  }

  @Test
  void aFeatureExtractorEndsAtItsVertex() {
    INDArray stage2 = trained.feedForward(images, false).get("stage2_block1_relu");
    ComputationGraph net = ResNetTransfer.featureExtractor(trained, "stage2");
    assertEquals(List.of("stage2_block1_relu"), net.getConfiguration().getNetworkOutputs());
    assertEquals(stage2, net.outputSingle(images));
    assertTrue(net.getConfiguration().getVertices().keySet().stream().noneMatch(name -> name.startsWith("stage3")));
    assertEquals(64, ResNetTransfer.featureExtractor(trained, "pool").outputSingle(images).size(1));
  }

  @Test
  void aNameThatIsNotThereIsAnError() {
    String message = assertThrows(IllegalArgumentException.class,
        () -> ResNetTransfer.freezeThrough(trained, "stage9")).getMessage();
    assertTrue(message.contains("stage9") && message.contains("stage3_block1_relu"), message);
    assertThrows(IllegalArgumentException.class, () -> ResNetTransfer.featureExtractor(trained, "layer4"));
  }
}
