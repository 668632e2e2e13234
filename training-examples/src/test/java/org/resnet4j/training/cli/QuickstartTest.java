package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart's steps on few of its images; CI runs the whole. */
class QuickstartTest {
  @TempDir
  private Path folder;

  @Test
  void comparesWithKerasFineTunesPredictsAndShowsTheReport() throws IOException {
    Path out = folder.resolve("quickstart");
    Ran ran = Ran.of("quickstart", "--out", out, "--images", 4, "--epochs", 1);
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("Computes what was recorded."), ran.out());
    assertTrue(ran.out().contains("the same class as Keras for 20 of 20 images"), ran.out());
    assertTrue(ran.out().contains(" of 20 right"), ran.out());
    assertTrue(ran.out().contains("report.html"));
    assertTrue(Files.exists(out.resolve("run/report.html")));
    assertTrue(ran.out().contains("ankle-boot"));

    Ran again = Ran.of("quickstart", "--out", out, "--images", 3, "--epochs", 1);
    assertEquals(0, again.code(), again.err());
    assertTrue(again.out().contains("for 15 of 15 images"), "an earlier quickstart is replaced, its images too");
  }

  @Test
  void aFolderOfTheUsersIsLeftAlone() throws IOException {
    Files.writeString(folder.resolve("thesis.doc"), "text");
    assertEquals(2, Ran.of("quickstart", "--out", folder).code());
    assertEquals(1, folder.toFile().list().length);
  }
}
