package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.NumberType;
import org.resnet4j.benchmarks.worker.Pipeline;

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
    Setting setting = new Setting(Job.INFERENCE, "resnet50", 1, new Threads(Threads.ALL, 2), Pipeline.OFF);
    HeatResult other = new HeatResult(setting,
        List.of(Results.rate(Contender.ENGINE_BF16, 30), Results.rate(Contender.ONNXRUNTIME_INT8, 40)), Map.of());
    assertEquals(List.of("ratio resnet18 b8 t1 engine-f32 / dl4j = 20.00",
        "ratio resnet50 b1 tall engine-bf16 / onnxruntime-int8 = 0.75"), Ratios.lines(List.of(one, other)));
  }

  @Test
  void linesOfTrainingSaySo() {
    Measurement[] two = {Results.rate(Contender.ENGINE_BF16, 16.2), Results.rate(Contender.TORCH_EAGER_BF16, 10)};
    assertEquals(List.of("ratio train resnet50 b8 t1 engine-bf16 / torch-eager-bf16 = 1.62",
        "ratio train resnet50 b8 t1 pipeline engine-bf16 / torch-eager-bf16 = 1.62"),
        Ratios.lines(List.of(Results.training("resnet50", Pipeline.OFF, two),
            Results.training("resnet50", Pipeline.ON, two))));
  }

  @Test
  void whoTrainsIsMeasuredAgainstItsOwnNumberType() {
    Measurement[] all = Arrays.stream(Contender.values()).filter(contender -> contender.does(Job.TRAINING))
        .map(contender -> Results.rate(contender, 10)).toArray(Measurement[]::new);
    assertEquals(List.of("engine-f32 / dl4j", "engine-f32 / dl4j-helpers", "engine-f32 / torch-eager-f32",
        "engine-f32 / torch-compile-f32", "engine-bf16 / torch-eager-bf16", "engine-bf16 / torch-compile-bf16"),
        pairs(Results.training("m", Pipeline.OFF, all), "ratio train m b8 t1 "));
  }

  private static List<String> pairs(HeatResult result, String beginning) {
    return Ratios.lines(List.of(result)).stream()
        .map(line -> line.substring(beginning.length(), line.indexOf(" ="))).toList();
  }

  @Test
  void onlyPairsOfTheSameNumberTypeAndBfloat16WithInt8() {
    Measurement[] all = Arrays.stream(Contender.values()).map(contender -> Results.rate(contender, 10))
        .toArray(Measurement[]::new);
    assertEquals(List.of("engine-f32 / dl4j", "engine-f32 / dl4j-helpers", "engine-f32 / onnxruntime-f32",
        "engine-f32 / torch-eager-f32", "engine-f32 / torch-jit-f32", "engine-f32 / torch-jit-onednn-f32",
        "engine-f32 / torch-compile-f32", "engine-bf16 / onnxruntime-int8", "engine-bf16 / torch-eager-bf16",
        "engine-bf16 / torch-jit-bf16", "engine-bf16 / torch-jit-onednn-bf16", "engine-bf16 / torch-compile-bf16"),
        pairs(Results.of("m", all), "ratio m b8 t1 "));
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
