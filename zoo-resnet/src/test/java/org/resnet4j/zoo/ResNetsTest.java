package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.zoo.PretrainedType;
import org.deeplearning4j.zoo.ZooModel;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.testdata.Fixtures;

class ResNetsTest {
  @Test
  void aWildcardListsTheSpecsThatMatch() {
    assertEquals(List.of("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"),
        ResNets.list("resnext*").stream().map(ResNetSpec::name).toList());
    assertEquals(ResNets.names().size(), ResNets.list("*").size());
    assertEquals(List.of(), ResNets.list("resnet.*"));
  }

  /** So the parity tests reach every one of them. */
  @Test
  void everyListedNetHasARecordOfItsOriginal() {
    assertEquals(List.of(),
        ResNets.names().stream().filter(name -> !Fixtures.names("inference").contains(name)).toList());
  }

  @Test
  void everyLegalCifarDepthHasANet() {
    assertEquals(List.of(4, 4, 4), ResNets.spec("cifar_resnet26").depths());
    assertEquals(List.of(200, 200, 200), ResNets.spec("cifar_resnet1202").depths());
    assertEquals(List.of(18, 18, 18), ResNets.spec("cifar_resnet164_v2").depths());
    assertEquals(160, ResNets.spec("cifar_wrn22_10").width());
  }

  @Test
  void anIllegalDepthNamesTheLegalOnes() {
    UnknownModelException e = assertThrows(UnknownModelException.class, () -> ResNets.spec("cifar_resnet21"));
    assertTrue(e.getMessage().contains("6n+2"), e.getMessage());
    assertEquals(List.of("cifar_resnet14", "cifar_resnet20", "cifar_resnet26", "cifar_resnet32"), e.nearest());
    assertThrows(UnknownModelException.class, () -> ResNets.spec("cifar_resnet20_v3"));
    assertThrows(UnknownModelException.class, () -> ResNets.spec("cifar_resnet165_v2"));
    assertThrows(UnknownModelException.class, () -> ResNets.spec("cifar_wrn28_0"));
    assertThrows(UnknownModelException.class, () -> ResNets.spec("cifar_plain20_b"));
    assertThrows(UnknownModelException.class, () -> ResNets.spec("cifar_resnet00020"));
  }

  @Test
  void anUnknownNameGetsTheNearest() {
    UnknownModelException e = assertThrows(UnknownModelException.class, () -> ResNets.named("resnet51"));
    assertTrue(e.nearest().contains("resnet50"), e.getMessage());
    assertTrue(e.getMessage().contains("resnet50"), e.getMessage());
  }

  @Test
  void eachIsAZooModelOfItsOwnName() throws Exception {
    ResNet model = ResNets.named("cifar_resnet8").numClasses(3).build();
    ZooModel<ComputationGraph> zoo = model;
    assertEquals("cifar_resnet8", zoo.modelName());
    assertEquals(ComputationGraph.class, zoo.modelType());
    zoo.setInputShape(new int[][] {{1, 28, 30}});
    ComputationGraph graph = zoo.init();
    assertEquals(3, graph.outputSingle(Nd4j.zeros(2, 1, 28, 30)).size(1));
    assertMetaData(model);
    assertEquals(false, zoo.pretrainedAvailable(PretrainedType.IMAGENET));
    Exception e = assertThrows(UnsupportedOperationException.class, () -> zoo.initPretrained(PretrainedType.IMAGENET));
    assertTrue(e.getMessage().contains("published for cifar_resnet8"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> zoo.setInputShape(new int[][] {{1, 28}}));
  }

  @SuppressWarnings("deprecation")
  private static void assertMetaData(ResNet model) {
    assertEquals(3, model.metaData().getNumOutputs());
    assertEquals(28, model.metaData().getInputShape()[0][1]);
  }
}
