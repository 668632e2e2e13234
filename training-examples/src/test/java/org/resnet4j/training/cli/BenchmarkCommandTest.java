package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.benchmark.Benchmark;
import org.resnet4j.training.benchmark.BenchmarkReport;
import org.resnet4j.training.benchmark.Measurement;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

class BenchmarkCommandTest {
  @TempDir
  private Path folder;

  @Test
  void measuresEveryEngineOnEveryBatch() throws IOException {
    Ran ran = Ran.of("benchmark", "cifar_resnet8", "--batch", "1,3", "--seconds", "0.1", "--format", "json");
    assertEquals(0, ran.code(), ran.err());
    BenchmarkReport report = BenchmarkReport.parse(ran.out());
    assertEquals("cifar_resnet8", report.model());
    assertEquals(List.of(3L, 32L, 32L), report.input());
    assertEquals(OneDnn.library().instructions(), report.instructions());
    assertEquals(OneDnn.library().version(), report.versions().get("oneDNN"));
    List<String> expected = new ArrayList<>();
    for (int batch : List.of(1, 3)) {
      expected.add(batch + " dl4j float32");
      expected.add(batch + " onednn float32");
      if (OneDnn.library().fastBfloat16()) {
        expected.add(batch + " onednn bfloat16");
      }
    }
    assertEquals(expected,
        report.measurements().stream().map(m -> m.batch() + " " + m.engine() + " " + m.precision()).toList());
    for (Measurement m : report.measurements()) {
      assertTrue(m.p50Ms() > 0 && m.p50Ms() <= m.p90Ms() && m.p90Ms() <= m.p99Ms(), m::toString);
      assertTrue(m.calls() >= Benchmark.ROUNDS && m.readySeconds() > 0 && m.threads() > 0, m::toString);
      assertTrue(m.imagesPerSecond() < 2.001 * m.batch() * 1000 / m.p50Ms(),
          () -> "half of the calls took so long at least: " + m);
    }
  }

  @Test
  void eachNumberOfThreadsHasAProcessOfItsOwn() throws IOException {
    Ran ran = Ran.of("benchmark", "--model=cifar_resnet8", "--threads", "1,3,ALL", "--batch", 2, "--seconds", "0.1",
        "--engine", "dl4j", "--image-size", 40, "--format", "json");
    assertEquals(0, ran.code(), ran.err());
    BenchmarkReport report = BenchmarkReport.parse(ran.out());
    int usual = NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
    assertEquals(List.of(1, 3, usual), report.measurements().stream().map(Measurement::threads).toList());
    assertTrue(report.measurements().stream().allMatch(m -> m.batch() == 2 && m.engine().equals("dl4j")));
    assertEquals(List.of(3L, 40L, 40L), report.input(), "the other options are the process's, too");

    Path text = Files.writeString(folder.resolve("model.safetensors"), "no weights at all");
    Ran failed = Ran.of("benchmark", text, "--threads", 1);
    assertEquals(ExitCode.BAD_MODEL.code(), failed.code());
    assertTrue(failed.err().contains("model.safetensors") && failed.err().lines().count() == 1, failed.err());
  }

  @Test
  void aTableIsForPeopleAndLinesAreForPrograms() {
    Ran table = Ran.of("benchmark", "--model", "cifar_resnet8", "--batch", 2, "--seconds", 0, "--image-size", 40);
    assertEquals(0, table.code(), table.err());
    assertTrue(table.out().startsWith("cifar_resnet8, images of 3 x 40 x 40"), table.out());
    assertTrue(table.out().contains("speed-up") && table.out().contains("Deeplearning4j "), table.out());
    for (String row : List.of("dl4j +float32 .* +3 +\\d+\\.\\d\\d +1\\.0",
        "onednn +float32 .* \\d+\\.\\d\\d +\\d+\\.\\d")) {
      assertTrue(table.out().lines().anyMatch(line -> line.matches(" +2 +\\d+  " + row)), table.out());
    }
    Ran csv = Ran.of("benchmark", "cifar_resnet8", "--batch", 2, "--seconds", 0, "--engine", "onednn", "--precision",
        "float32,AUTO,Float32", "--format", "csv");
    assertEquals(0, csv.code(), csv.err());
    assertEquals(OneDnn.library().fastBfloat16() ? 3 : 2, csv.out().lines().count(), csv.out());
    assertFalse(csv.out().contains("dl4j"), csv.out());
  }

  @Test
  void aSavedModelIsMeasuredAtItsOwnSizeAndLayout() throws IOException {
    Path model = folder.resolve("model");
    ComputationGraph graph =
        ResNets.named("cifar_resnet8").numClasses(2).inputShape(3, 24, 24).format(CNN2DFormat.NHWC).build().init();
    new SavedModel(graph, List.of("a", "b"), Preprocessing.torch(24), Map.of()).save(model);
    for (Object[] line : new Object[][] {{"benchmark", model}, {"benchmark", "--model", model}}) {
      List<Object> words = new ArrayList<>(List.of(line));
      words.addAll(List.of("--batch", 1, "--seconds", 0, "--engine", "dl4j,onednn", "--precision", "float32",
          "--format", "json"));
      Ran ran = Ran.of(words.toArray());
      assertEquals(0, ran.code(), ran.err());
      BenchmarkReport report = BenchmarkReport.parse(ran.out());
      assertEquals(List.of(24L, 24L, 3L), report.input());
      assertEquals(2, report.measurements().size());
      assertEquals(model.toString(), report.model());
    }
  }

  @Test
  void aZooNameIsNotThePublishedSetOfTheSameLetters() {
    ModelSource zoo = new ModelSource();
    zoo.named("cifar_resnet20");
    assertEquals("cifar_resnet20", zoo.model);
    assertNull(zoo.weights);
    ModelSource set = new ModelSource();
    set.named("CIFAR_RESNET20");
    assertEquals(Path.of("CIFAR_RESNET20"), set.weights);
    assertNull(set.model);
  }

  @Test
  void whatMakesNoSenseIsAUsageError() throws IOException {
    for (List<Object> wrong : List.<List<Object>>of(List.of("--batch", "0"), List.of("--batch", "1,x"),
        List.of("--batch", "20000"), List.of("--threads", "0"), List.of("--threads", "some"),
        List.of("--seconds", "-1"), List.of("--seconds", "NaN"),
        List.of("--model", "resnet18"), List.of("--engine", "onednn,tpu"), List.of("--image-size", 1))) {
      List<Object> line = new ArrayList<>(List.of("benchmark", "resnet50_v2_ref_keras"));
      line.addAll(wrong);
      Ran ran = Ran.of(line.toArray());
      assertEquals(ExitCode.USAGE.code(), ran.code(), wrong + ": " + ran.err());
      assertTrue(ran.out().isEmpty() && !ran.err().contains("Exception") && ran.err().lines().count() <= 2, ran.err());
    }
    Ran unknown = Ran.of("benchmark", "resnet51");
    assertEquals(ExitCode.USAGE.code(), unknown.code());
    assertTrue(unknown.err().contains("resnet50"), unknown.err());
    assertEquals(ExitCode.BAD_MODEL.code(), Ran.of("benchmark", folder.resolve("none.h5")).code());
    Path text = Files.writeString(folder.resolve("model.safetensors"), "no weights at all");
    assertEquals(ExitCode.BAD_MODEL.code(), Ran.of("benchmark", text).code());
  }
}
