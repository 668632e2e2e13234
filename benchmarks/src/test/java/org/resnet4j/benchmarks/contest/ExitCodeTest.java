package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.resnet4j.benchmarks.contest.HeatResult.Failure;
import org.resnet4j.benchmarks.contest.HeatResult.Failure.Kind;

class ExitCodeTest {
  private static final HeatResult GOOD = Results.of("a", Results.rate(Contender.DL4J, 1));
  private static final HeatResult BROKEN =
      Results.of("b", Map.of(Contender.TORCH_COMPILE_F32, new Failure(Kind.BROKEN, "why")));
  private static final HeatResult DIFFERENT =
      Results.of("c", Map.of(Contender.ENGINE_F32, new Failure(Kind.DIFFERENT, "how")));

  @Test
  void tellsTheWorst() {
    assertEquals(ExitCode.OK, ExitCode.of(List.of(GOOD)));
    assertEquals(ExitCode.BROKEN, ExitCode.of(List.of(BROKEN, GOOD)));
    assertEquals(ExitCode.DIFFERENT, ExitCode.of(List.of(GOOD, DIFFERENT, BROKEN)));
  }
}
