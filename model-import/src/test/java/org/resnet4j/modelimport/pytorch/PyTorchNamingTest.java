package org.resnet4j.modelimport.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Stem;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.TensorSource;

class PyTorchNamingTest {
  @ParameterizedTest
  @CsvSource({"resnet18, TORCHVISION", "resnet50_v1, TORCHVISION", "resnext101_64x4d, TORCHVISION",
      "wide_resnet50_2, TORCHVISION", "resnet50_cifar, TORCHVISION", "cifar_resnet20, CIFAR", "cifar_resnet20_b, CIFAR",
      "resnet50_v2, TIMM_V2", "cifar_resnet164_v2, TIMM_V2", "cifar_wrn28_10, TIMM_V2", "resnet50_keras, CANONICAL",
      "resnet50_v2_slim, CANONICAL", "resnet50_v2_ref_slim, CANONICAL", "cifar_plain20, CANONICAL",
      "cifar_resnet20_c, CANONICAL", "cifar_resnet20_conv, CANONICAL", "cifar_resnet20_norm_after_add, CANONICAL"})
  void aNetHasTheNamesOfPyTorchsOwn(String model, PyTorchNaming expected) {
    assertEquals(expected, PyTorchNaming.of(ResNets.spec(model)));
  }

  @Test
  void theDescriptionSaysWhatElseTheNetNeeds() {
    assertEquals("torchvision's names.", PyTorchNaming.describe(ResNets.spec("resnet50")));
    assertTrue(PyTorchNaming.describe(ResNets.spec("resnet50_v1")).contains("conv1"));
    assertTrue(PyTorchNaming.describe(ResNets.spec("resnet50_keras")).contains("no such net"));
  }

  /** For each net, what is written reads back as the same tensors. */
  @Test
  void readingTurnsTheNamesBack() {
    for (ResNetSpec listed : ResNets.list("*")) {
      ResNetSpec spec = listed.withDepths(listed.depths().stream().map(units -> 2).toArray(Integer[]::new))
          .withWidth(16);
      int side = spec.stem() == Stem.IMAGENET ? 64 : 32;
      ComputationGraph graph = new ComputationGraph(
          ResNet.builder().spec(spec).numClasses(3).inputShape(3, side, side).build().configuration());
      long parameters = graph.getConfiguration().getVertices().values().stream()
          .mapToLong(vertex -> vertex.numParams(true)).sum();
      graph.init(Nd4j.create(1, parameters), false);
      TensorSource canonical = ModelWeights.source(graph);
      TensorSource again = PyTorchNames.canonical(PyTorchNaming.of(spec).apply(canonical));
      Map<String, long[]> shapes = again.shapes();
      assertEquals(canonical.shapes().keySet(), shapes.keySet(), spec.name());
      canonical.shapes().forEach((name, shape) -> {
        assertArrayEquals(shape, shapes.get(name), spec.name() + " " + name);
        assertArrayEquals(shape, again.read(name).shape(), spec.name() + " " + name);
      });
    }
  }

  @Test
  void timmsHeadIsAConvolution() {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    tensors.put("stage2_block3_norm2.running_var", Nd4j.ones(4));
    tensors.put("logits.weight", Nd4j.ones(3, 4));
    TensorSource timm = PyTorchNaming.TIMM_V2.apply(TensorSource.of("test", tensors));
    assertEquals(List.of("stages.1.blocks.2.norm3.running_var", "head.fc.weight"), List.copyOf(timm.shapes().keySet()));
    assertArrayEquals(new long[] {3, 4, 1, 1}, timm.read("head.fc.weight").shape());
  }
}
