package org.resnet4j.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.testdata.cluster.Cluster;
import org.resnet4j.testdata.cluster.Submitted;

/** The jar that users submit, on a real cluster. */
@Tag("cluster")
@Timeout(300)
class DoctorClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir
  private Path folder;

  @Test
  void everyExecutorTellsWhatItHas() throws Exception {
    try (Cluster cluster = Cluster.start(folder, 2, 1)) {
      // The user's own flags stay; this one spares the little that runs some compiling.
      Submitted doctor = cluster.submit(Map.of("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1"), "doctor",
          "--executors", "2");
      int code = doctor.waitFor(PATIENCE);
      String out = doctor.stdout();

      assertEquals(0, code, () -> out + doctor.stderr());
      List<String> lines = out.lines().toList();
      assertTrue(lines.get(0).endsWith(": 2 executors, spark.task.cpus is 1."), out);
      assertEquals(List.of("0", "1"), lines.subList(2, 4).stream().map(line -> line.split(" +")[0]).toList(), out);
      for (String line : lines.subList(2, 4)) {
        // ND4J, oneDNN, OpenCV, one thread; the heap is a little less than what was asked for.
        assertTrue(line.matches(".* yes +yes +yes +1 +\\d{3} +1152 +2048 +\\d+"), out);
      }
      assertEquals("All of them can compute.", lines.get(lines.size() - 1), out);
      assertFalse(doctor.stderr().contains("Warning: "), doctor::stderr);
    }
  }

  @Test
  @Tag("long")
  void workersOfAnotherKindThanTheJarsAreToldSo() throws Exception {
    try (Cluster cluster = Cluster.start(folder, 2, 1)) {
      Submitted foreign = cluster.submit(Map.of("spark.executor.extraJavaOptions",
          "-Dorg.bytedeco.javacpp.platform=linux-ppc64le"), "doctor", "--executors", "2");
      assertEquals(1, foreign.waitFor(PATIENCE), foreign::stderr);
      assertTrue(foreign.stdout().contains("Fault: Executor 0 on 127.0.0.1, executor 1 on 127.0.0.1 can't load ND4J: "),
          foreign::stdout);
      assertTrue(foreign.stdout().contains("and this is linux-ppc64le: build the jar on such a system"),
          foreign::stdout);
    }
  }
}
