package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.resnet4j.benchmarks.worker.NumberType;

class RatiosTest {
  @Test
  void aLineTellsModelBatchThreadsPairAndQuotient() {
    HeatResult result = Results.of("resnet50", Results.rate(Contender.ENGINE_F32, 51),
        Results.rate(Contender.ONNXRUNTIME_F32, 50));
    assertEquals(List.of("ratio resnet50 b8 t1 engine-f32 / onnxruntime-f32 = 1.02"), Ratios.lines(List.of(result)));
  }

  @Test
  void settingsFollowOneAnother() {
    HeatResult one = Results.of("resnet18", Results.rate(Contender.DL4J, 3), Results.rate(Contender.ENGINE_F32, 60));
    HeatResult other = new HeatResult(new Setting("resnet50", 1, new Threads(Threads.ALL, 2)),
        List.of(Results.rate(Contender.ENGINE_BF16, 30), Results.rate(Contender.ONNXRUNTIME_INT8, 40)),
        Map.of());
    assertEquals(List.of("ratio resnet18 b8 t1 engine-f32 / dl4j = 20.00",
        "ratio resnet50 b1 tall engine-bf16 / onnxruntime-int8 = 0.75"), Ratios.lines(List.of(one, other)));
  }

  @Test
  void onlyPairsOfTheSameNumberTypeAndBfloat16WithInt8() {
    Measurement[] all = Arrays.stream(Contender.values()).map(contender -> Results.rate(contender, 10))
        .toArray(Measurement[]::new);
    List<String> pairs = Ratios.lines(List.of(Results.of("m", all))).stream()
        .map(line -> line.substring("ratio m b8 t1 ".length(), line.indexOf(" ="))).toList();
    assertEquals(List.of("engine-f32 / dl4j", "engine-f32 / dl4j-helpers", "engine-f32 / onnxruntime-f32",
        "engine-f32 / torch-eager-f32", "engine-f32 / torch-jit-f32", "engine-f32 / torch-jit-onednn-f32",
        "engine-f32 / torch-compile-f32", "engine-bf16 / onnxruntime-int8", "engine-bf16 / torch-eager-bf16",
        "engine-bf16 / torch-jit-bf16", "engine-bf16 / torch-jit-onednn-bf16", "engine-bf16 / torch-compile-bf16"),
        pairs);
  }

  @Test
  void nothingIsMeasuredAgainstOurselvesOrAsIfOthersWereOurs() {
    assertFalse(Contender.ENGINE_F32.measuresAgainst(Contender.ENGINE_F32));
    assertFalse(Contender.DL4J.measuresAgainst(Contender.ENGINE_F32));
    assertFalse(Contender.ENGINE_F32.measuresAgainst(Contender.ONNXRUNTIME_INT8));
    for (Contender contender : Contender.values()) {
      assertTrue(contender.label().startsWith("dl4j") || contender.label().endsWith("-" + contender.type().label()));
      assertEquals(contender.label().startsWith("dl4j") ? NumberType.F32 : contender.type(), contender.type());
    }
  }
}
