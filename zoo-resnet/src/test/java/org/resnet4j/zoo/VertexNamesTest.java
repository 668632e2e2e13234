package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Vertex names are public API: users freeze and extract by them. */
class VertexNamesTest {
  private static List<String> names(String model, Integer... depths) {
    return List.copyOf(ResNet.builder().spec(ResNets.spec(model).withDepths(depths)).build().configuration()
        .getVertices().keySet());
  }

  @Test
  void ofV1() {
    assertEquals(List.of("stem_conv", "stem_norm", "stem_relu", "stem_pool", "stage1_block1_conv1",
        "stage1_block1_norm1", "stage1_block1_relu1", "stage1_block1_conv2", "stage1_block1_norm2",
        "stage1_block1_relu2", "stage1_block1_conv3", "stage1_block1_norm3", "stage1_block1_shortcut_conv",
        "stage1_block1_shortcut_norm", "stage1_block1_add", "stage1_block1_relu", "pool", "logits", "output"),
        names("resnet50", 1));
  }

  @Test
  void ofV2() {
    assertEquals(List.of("stem_conv", "stem_pool", "stage1_block1_preact_norm", "stage1_block1_preact_relu",
        "stage1_block1_conv1", "stage1_block1_norm1", "stage1_block1_relu1", "stage1_block1_conv2",
        "stage1_block1_norm2", "stage1_block1_relu2", "stage1_block1_conv3", "stage1_block1_shortcut_conv",
        "stage1_block1_add", "final_norm", "final_relu", "pool", "logits", "output"), names("resnet50_v2", 1));
  }

  @Test
  void ofTheCifarVariants() {
    assertEquals(List.of("stem_conv", "stem_norm", "stem_relu", "stage1_block1_conv1", "stage1_block1_norm1",
        "stage1_block1_relu1", "stage1_block1_conv2", "stage1_block1_norm2", "stage1_block1_add", "stage1_block1_relu",
        "stage2_block1_conv1", "stage2_block1_norm1", "stage2_block1_relu1", "stage2_block1_conv2",
        "stage2_block1_norm2", "stage2_block1_shortcut_pad", "stage2_block1_add", "stage2_block1_relu", "pool",
        "logits", "output"), names("cifar_resnet20", 1, 1));
    assertEquals(List.of("stage2_downsample"), names("cifar_resnet20_conv", 1, 1).stream()
        .filter(name -> name.endsWith("_downsample")).toList());
  }

  @Test
  void endpointsNameTheLastVertexOfEachPart() {
    assertEquals(Map.of("stem", "stem_pool", "stage1", "stage1_block3_relu", "stage2", "stage2_block4_relu", "stage3",
        "stage3_block6_relu", "stage4", "stage4_block3_relu", "pool", "pool", "logits", "logits"),
        ResNets.spec("resnet50").endpoints());
    assertEquals("stage3_block3_add", ResNets.spec("cifar_resnet29_v2").endpoints().get("stage3"));
    assertEquals("stem_conv", ResNets.spec("cifar_resnet29_v2").endpoints().get("stem"));
  }
}
