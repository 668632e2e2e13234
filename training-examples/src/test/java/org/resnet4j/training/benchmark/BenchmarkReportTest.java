package org.resnet4j.training.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchmarkReportTest {
  private static final Measurement DL4J = new Measurement(8, 2, "dl4j", "float32", 20, 400, 410.25, 420.5, 7, 1.25);
  private static final Measurement ONEDNN = new Measurement(8, 2, "onednn", "float32", 160, 50, 51.5, 99.9, 70, 0.5);
  private static final Measurement SMALL = new Measurement(1, 2, "onednn", "float32", 2000, 0.5, 0.625, 1, 900, 0.125);

  private static BenchmarkReport report(long memory, Measurement... measurements) {
    return new BenchmarkReport("resnet50", List.of(3L, 224L, 224L), "a processor", "avx2", Map.of("oneDNN", "3.11.0"),
        List.of(measurements), "dl4j", memory, memory > 0 ? 0.6789 : 0.09);
  }

  @Test
  void theTableComparesWithTheBaselineOfTheSameBatch() {
    assertEquals("""
        resnet50, images of 3 x 224 x 224
        a processor, kernels for avx2
        oneDNN 3.11.0

        batch  threads  engine  precision  images/s    p50 ms    p90 ms    p99 ms   calls  ready s  speed-up
            1        2  onednn  float32      2000.0     0.500     0.625      1.00     900     0.13
            8        2  dl4j    float32        20.0       400       410       421       7     1.25       1.0
            8        2  onednn  float32       160.0     50.00     51.50     99.90      70     0.50       8.0

        Peak memory of the process: 2048 MB
        Other programs took 68 % of the processor's time meanwhile: on an idle machine all of this is faster.""", report(2L << 30, SMALL, DL4J, ONEDNN).text().replace("\r", ""));
  }

  @Test
  void whatIsUnknownIsLeftOut() {
    for (Measurement alone : List.of(ONEDNN, DL4J)) {
      String text = report(0, alone).text();
      assertFalse(text.contains("speed-up") || text.contains("memory") || text.contains("programs"), text);
      assertTrue(text.endsWith(alone == DL4J ? " 1.25" : " 0.50"), text);
    }
    assertFalse(new BenchmarkReport("m", List.of(1L), "cpu", "", Map.of(), List.of(DL4J), "dl4j", 0, 0).text()
        .contains("kernels"));
  }

  @Test
  void programsGetTheSameNamesInBothFormatsAndReadThemBack() throws JsonProcessingException {
    BenchmarkReport report = report(5, DL4J, ONEDNN);
    assertEquals(List.of("batch,threads,engine,precision,images_per_second,p50_ms,p90_ms,p99_ms,calls,ready_seconds",
        "8,2,dl4j,float32,20.0,400.0,410.25,420.5,7,1.25", "8,2,onednn,float32,160.0,50.0,51.5,99.9,70,0.5"),
        report.csv().lines().toList());
    String json = report.json();
    assertTrue(json.contains("\"images_per_second\" : 160.0") && json.contains("\"peak_memory_bytes\" : 5"), json);
    assertEquals(report, BenchmarkReport.parse(json));
  }

  @Test
  void processesAreAddedUp() {
    assertEquals(report(7, SMALL, DL4J), report(5, SMALL).with(report(7, DL4J)));
  }

  @Test
  void aBusyProgramBesideIsSeen() throws Exception {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "a shell to be busy");
    Process busy = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
    try {
      OtherPrograms watched = new OtherPrograms();
      Thread.sleep(1000);
      double share = watched.share();
      double oneCore = 1.0 / Runtime.getRuntime().availableProcessors();
      assertTrue(share > 0.4 * oneCore && share <= 1, () -> "share " + share);
    } finally {
      busy.destroyForcibly();
    }
  }

  @Test
  void memoryIsKnownOnLinux() {
    if (System.getProperty("os.name").equals("Linux")) {
      long bytes = PeakMemory.bytes();
      assertTrue(bytes > 20L << 20 && bytes < 1L << 40, () -> bytes + " bytes");
    } else {
      assertEquals(0, PeakMemory.bytes());
    }
  }
}
