package org.resnet4j.benchmarks.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.resnet4j.benchmarks.contest.Machine;
import org.resnet4j.benchmarks.worker.Json;

class FiguresTest {
  private static final Row ROW = Row.of(2, Mode.parameters(16), 128, 64, 1024, 640);

  private static Figures figures(List<PeerRow> peers) {
    return new Figures(new Machine("Some CPU", Set.of("avx2"), 2), "abc", "2026-01-01T00:00", "0 0 0", "2 1 0",
        new Cores(List.of(0)), Training.MODEL, "auto", 64, 3, 1,
        List.of(ROW, Row.of(2, Mode.GRADIENTS, 128, 64, 512, 640)), peers);
  }

  @Test
  void aRowATraining() {
    String text = figures(List.of()).markdown();
    assertTrue(text.contains("\n| 2 | parameters every 16 | 128 | 4.000 | 1024 | 640 | 0.80 |\n"), text);
    assertTrue(text.contains("\n| 2 | gradients | 128 | 0.500 | 512 | 640 | 0.40 |\n"), text);
    assertTrue(text.contains("- Processor: Some CPU, 2 cores\n"), text);
    assertTrue(text.contains("- 2 workers: up to 2 workers on a processor, in the cluster as alone\n"), text);
    assertFalse(text.contains("dl4j-spark"), text);
  }

  @Test
  void peersHaveATableOfTheirOwn() {
    String text = figures(List.of(PeerRow.of(2, false, 16, 128, 20, 1024))).markdown();
    assertTrue(text.endsWith("\n| 2 | 16 | off | 20.0 | 1024 | 51.2 |\n"), text);
  }

  @Test
  void jsonHasTheFiguresByName() {
    JsonNode row = Json.read(Json.write(figures(List.of())), JsonNode.class).get("rows").get(0);
    assertEquals(2, row.get("workers").intValue());
    assertEquals("parameters", row.get("mode").textValue());
    assertEquals(16, row.get("k").intValue());
    assertEquals(128, row.get("imagesPerWorkerStep").intValue());
    assertEquals(4, row.get("secondsPerRound").doubleValue());
    assertEquals(0.8, row.get("ratio").doubleValue());
  }
}
