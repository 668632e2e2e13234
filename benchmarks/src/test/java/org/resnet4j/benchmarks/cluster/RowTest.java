package org.resnet4j.benchmarks.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RowTest {
  @Test
  void aWorkersShareIsComparedWithAnEngineAlone() {
    // 2 workers x 64 steps x 128 images in 16 s, in 4 rounds.
    assertEquals(new Row(2, "parameters", 16, 128, 4, 1024, 640, 0.8),
        Row.of(2, Mode.parameters(16), 128, 64, 1024, 640));
    assertEquals(0.25, Row.of(2, Mode.GRADIENTS, 128, 64, 1024, 640).secondsPerRound());
  }

  @Test
  void anEpochsLastRoundMayBeShorter() {
    // 10 steps are 3 rounds of 4, 4 and 2.
    assertEquals(10.0 / 3, Row.of(1, Mode.parameters(4), 100, 10, 100, 100).secondsPerRound());
  }

  @Test
  void aPeersRoundHasAsManySteps() {
    assertEquals(new PeerRow(2, true, 16, 128, 8, 512, 1024, 2), PeerRow.of(2, true, 16, 128, 512, 1024));
  }
}
