package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.testdata.Fixtures;

class ModelSummaryTest {
  static List<String> models() {
    return Fixtures.names("inference");
  }

  /** Parameters in DL4J's count, running statistics among them, before a graph is initialised. */
  static long allParameters(ComputationGraph graph) {
    return graph.getConfiguration().getVertices().values().stream()
        .mapToLong(vertex -> vertex instanceof LayerVertex layer
            ? layer.getLayerConf().getLayer().initializer().numParams(layer.getLayerConf()) : 0).sum();
  }

  @ParameterizedTest
  @MethodSource("models")
  void parametersAndMultiplyAddsAreTheRecordedNets(String model) {
    JsonNode record = Recorded.read("inference/" + model + ".json");
    JsonNode usual = record.get("cases").get(0);
    int[] input = Recorded.ints(usual.get("input"));
    ModelSummary summary = ModelSummary.of(ResNets.named(model).numClasses(usual.get("classes").asInt())
        .inputShape(input[1], input[2], input[3]).build());
    assertEquals(record.get("trainableParameters").asLong(), summary.trainableParameters(), model);
    assertEquals(usual.get("multiplyAdds").asLong(), summary.multiplyAdds(), model);
  }

  /** torchvision's documentation, He et al. 2015 (table 6) and REFERENCE-NETS R2 give these. */
  @ParameterizedTest
  @CsvSource({"resnet18,11689512", "resnet34,21797672", "resnet50,25557032", "resnet101,44549160",
      "resnet152,60192808", "resnext50_32x4d,25028904", "wide_resnet50_2,68883240", "cifar_resnet32,464154",
      "cifar_resnet44,658586", "cifar_resnet32_conv,498666", "cifar_resnet44_conv,693546"})
  void parametersAreThePublishedCount(String model, long published) {
    assertEquals(published, ModelSummary.of(ResNets.named(model).build()).trainableParameters());
  }

  @Test
  void aTableListsVerticesStagesAndTotals() {
    String table = ModelSummary.of(ResNets.named("resnet18").build()).toString();
    assertTrue(table.contains("stage2_block1_shortcut_conv"), table);
    assertTrue(table.contains("64x56x56"), table);
    assertTrue(table.matches("(?s).*output +LossLayer +1000 .*"), table);
    assertTrue(table.contains("Total trainable parameters: 11,689,512"), table);
    assertTrue(table.contains("Multiply-adds: 1,814,073,344"), table);
  }

  @Test
  void stagesAddUpToTheWhole() {
    ModelSummary summary = ModelSummary.of(ResNets.named("cifar_resnet20").build());
    assertEquals(List.of("stem", "stage1", "stage2", "stage3", "head"), List.copyOf(summary.perStage().keySet()));
    assertEquals(summary.multiplyAdds(),
        summary.perStage().values().stream().mapToLong(ModelSummary.Totals::multiplyAdds).sum());
  }
}
