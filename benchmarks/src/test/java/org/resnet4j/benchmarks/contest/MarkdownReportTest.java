package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.resnet4j.benchmarks.contest.HeatResult.Failure;
import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.Pipeline;

class MarkdownReportTest {
  private static final HeatResult RESULT = Results.of("resnet50",
      Map.of(Contender.TORCH_COMPILE_F32, new Failure(Failure.Kind.BROKEN, "no C++ compiler")),
      Results.rate(Contender.ENGINE_F32, 12.5), Results.rate(Contender.TORCH_EAGER_F32, 6.25));

  @Test
  void aTableHasALineForEachContenderAndTellsWhoIsOut() {
    assertEquals(List.of(
        "| Contender | images/s | Best ms | p50 ms | p99 ms | Peak MB | Start s | Compile s | Deviation | Variant |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
        "| `engine-f32` | 12.5 | 640 | 640 | 640 | 123 | 2.3 | 0.50 | 3e-06 |  |",
        "| `torch-eager-f32` | 6.25 | 1280 | 1280 | 1280 | 123 | 2.3 | 0.50 | 3e-06 | contiguous |",
        "",
        "`torch-compile-f32` is out: no C++ compiler"), MarkdownReport.table(RESULT));
  }

  @Test
  void theReportTellsConditionsVersionsAndRatios() {
    String text = new MarkdownReport(conditions(Job.INFERENCE), List.of(RESULT)).text("plot.png");
    for (String part : List.of("# Inference", "stock Deeplearning4j's, as a part of its largest value",
        "Some CPU, 2 cores", "avx2", "0.10 0.20 0.30 before, 1.10 1.20 1.30 after",
        "0123456789ab", "2026-01-02T03:04:05", "5 rounds", "| `engine-f32` | Framework 1.2 |",
        "![Images per second](plot.png)",
        "## resnet50 b8 t1", "ratio resnet50 b8 t1 engine-f32 / torch-eager-f32 = 2.00")) {
      assertTrue(text.contains(part), () -> part + " in " + text);
    }
  }

  @Test
  void theReportOfTrainingTellsWhatAStepIs() {
    HeatResult result = Results.training("resnet50", Pipeline.ON, Results.rate(Contender.ENGINE_F32, 12.5));
    String text = new MarkdownReport(conditions(Job.TRAINING), List.of(result)).text("plot.png");
    for (String part : List.of("# Training", "## train resnet50 b8 t1 pipeline",
        "rate 0.001 (0.01 for images of 32 x 32), momentum 0.9, weight decay 0.0001", "losses of the first 3 steps")) {
      assertTrue(text.contains(part), () -> part + " in " + text);
    }
  }

  private static Conditions conditions(Job job) {
    return new Conditions(job, new Machine("Some CPU", Set.of("avx2"), 2), Pace.thorough(job, 5),
        LocalDateTime.of(2026, 1, 2, 3, 4, 5), "0123456789ab", "0.10 0.20 0.30", "1.10 1.20 1.30");
  }

  @Test
  void figuresHaveThreeDigits() {
    assertEquals(List.of("1235", "123", "12.3", "1.23", "0.123"),
        List.of(1234.5, 123.4, 12.34, 1.234, 0.1234).stream().map(MarkdownReport::significant).toList());
  }
}
