package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.benchmarks.worker.Reply;

@DisabledOnOs(OS.WINDOWS)
class WorkerProcessTest {
  @TempDir
  Path folder;

  private WorkerProcess worker(String script, long patience) throws WorkerFailure {
    return new WorkerProcess(List.of("/bin/sh", "-c", script), Map.of("GREETING", "hello"), folder.resolve("log"),
        patience);
  }

  @Test
  void answersOrdersAndMayPrintBetweenThem() throws WorkerFailure {
    try (WorkerProcess worker = worker("""
        echo "$GREETING from a native library"
        echo '{"kind":"first","compileSeconds":1.5,"versions":{"a":"1"}}'
        echo '{"kind":"ready"}'
        while read -r order; do echo '{"kind":"round","nanos":[1,2]}'; done""", 20)) {
      Reply.First first = worker.await(Reply.First.class);
      assertEquals(new Reply.First(1.5, Map.of("a", "1")), first);
      worker.await(Reply.Ready.class);
      worker.order("run");
      assertArrayEquals(new long[] {1, 2}, worker.await(Reply.Round.class).nanos());
      assertTrue(worker.secondsSinceStart() > 0);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void tellsItsMemory() throws WorkerFailure {
    try (WorkerProcess worker = worker("echo '{\"kind\":\"ready\"}'; read -r order", 20)) {
      worker.await(Reply.Ready.class);
      assertTrue(worker.peakBytes() > 100_000 && worker.peakBytes() < 100_000_000, "" + worker.peakBytes());
    }
  }

  @Test
  void aFailureIsItsReason() throws WorkerFailure {
    assertEquals("no such network", failure("echo '{\"kind\":\"failed\",\"reason\":\"no such network\"}'; exit 1", 20));
  }

  @Test
  void anEndIsItsCodeAndLastWords() throws WorkerFailure {
    assertEquals("ended with exit code 3: last words", failure("echo first >&2; echo last words >&2; exit 3", 20));
  }

  @Test
  void aKillMeansThatMemoryIsShort() throws WorkerFailure {
    assertEquals("killed, most likely for want of memory", failure("kill -9 $$", 20));
  }

  @Test
  void patienceEnds() throws WorkerFailure {
    assertEquals("no answer within 1 s", failure("exec sleep 60", 1));
  }

  @Test
  void anotherReplyThanAskedForIsAFailure() throws WorkerFailure {
    assertTrue(failure("echo '{\"kind\":\"ready\"}'", 20).contains("expected a reply of kind First"));
  }

  @Test
  void aMissingProgramIsAFailure() {
    WorkerFailure failure = assertThrows(WorkerFailure.class,
        () -> new WorkerProcess(List.of("/no/such/program"), Map.of(), folder.resolve("log"), 1));
    assertTrue(failure.getMessage().contains("/no/such/program"), failure.getMessage());
  }

  private String failure(String script, long patience) throws WorkerFailure {
    WorkerProcess worker = worker(script, patience);
    try {
      return assertThrows(WorkerFailure.class, () -> worker.await(Reply.First.class)).getMessage();
    } finally {
      worker.kill();
    }
  }
}
