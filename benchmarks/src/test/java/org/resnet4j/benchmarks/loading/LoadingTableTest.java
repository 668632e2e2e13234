package org.resnet4j.benchmarks.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoadingTableTest {
  @Test
  void ratiosAreThoseOfTheRounds() {
    assertEquals("| photos | 2 | DataLoader, pil | 200 | 100 | 1.50 | 1.00 to 4.00 |" + System.lineSeparator(),
        LoadingTable.row("photos", 2, "pil", List.of(100.0, 200.0, 300.0), List.of(100.0, 50.0, 200.0)));
  }
}
