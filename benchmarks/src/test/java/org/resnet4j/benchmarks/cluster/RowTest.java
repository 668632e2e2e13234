package org.resnet4j.benchmarks.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.benchmarks.scaling.Measured;

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

  /** Rows are pasted where the model of larger clusters reads runs. */
  @ParameterizedTest
  @EnumSource(Mode.Averaged.class)
  void theModelOfScalingReadsRows(Mode.Averaged averaged) throws JsonProcessingException {
    Row row = Row.of(2, new Mode(averaged, 1), 128, 64, 1024, 640);
    Measured.Run run = JsonMapper.builder().enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS).build()
        .readValue(new ObjectMapper().writeValueAsString(row), Measured.Run.class);
    assertEquals(row, new Row(run.workers(), run.mode().name().toLowerCase(Locale.ROOT), run.k(),
        run.imagesPerWorkerStep(), run.secondsPerRound(), run.imagesPerSecond(), run.aloneImagesPerSecond(),
        run.ratio()));
  }

  @Test
  void aPeersRoundHasAsManySteps() {
    assertEquals(new PeerRow(2, true, 16, 128, 8, 512, 1024, 2), PeerRow.of(2, true, 16, 128, 512, 1024));
  }
}
