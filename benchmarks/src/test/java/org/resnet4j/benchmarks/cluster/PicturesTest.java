package org.resnet4j.benchmarks.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.benchmarks.contest.WorkerFailure;

class PicturesTest {
  @TempDir
  private Path folder;

  private Path all() throws IOException {
    Path all = folder.resolve("all");
    for (String part : List.of("train", "test")) {
      for (String name : List.of("cat", "dog")) {
        for (int i = 0; i < 3; i++) {
          Files.writeString(Files.createDirectories(all.resolve(part).resolve(name)).resolve(i + ".jpg"), name + i);
        }
      }
    }
    return all;
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    }
  }

  @Test
  void classesAreInBalance() throws Exception {
    Path some = Pictures.some(all(), 4, folder.resolve("some"));
    assertEquals(2, count(some.resolve("train/cat")));
    assertEquals(2, count(some.resolve("train/dog")));
    assertEquals(1, count(some.resolve("test/dog")));
    assertEquals("dog1", Files.readString(some.resolve("train/dog/1.jpg")));
    // There already.
    assertEquals(some, Pictures.some(folder.resolve("gone"), 4, some));
  }

  @Test
  void tooFewAreAFailure() throws Exception {
    Path all = all();
    WorkerFailure failure = assertThrows(WorkerFailure.class, () -> Pictures.some(all, 7, folder.resolve("some")));
    assertTrue(failure.getMessage().contains("expected 7 images"), failure.getMessage());
    assertFalse(Files.exists(folder.resolve("some/complete")));
    failure = assertThrows(WorkerFailure.class, () -> Pictures.some(folder.resolve("gone"), 1, folder.resolve("none")));
    assertTrue(failure.getMessage().contains("--data"), failure.getMessage());
  }
}
