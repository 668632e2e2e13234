package org.resnet4j.zoo.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.zoo.weights.AtomicFiles.Content;
import org.resnet4j.zoo.weights.AtomicFiles.Steps;

class AtomicFilesTest {
  private static final List<String> NAMES = List.of("a.txt", "b.bin", "c.json");

  @TempDir
  Path folder;

  /** Lets {@code steps} changes to the disk happen, and none after them, as a kill does. */
  static final class Kill implements Steps {
    static final class Killed extends Error {
      private static final long serialVersionUID = 1;
    }

    private int steps;
    private boolean killed;

    Kill(int steps) {
      this.steps = steps;
    }

    @Override
    public void before(String step) {
      if (steps-- <= 0) {
        killed = true;
        throw new Killed();
      }
    }

    boolean happened() {
      return killed;
    }
  }

  /** Content whose writing can be killed half-way. */
  private static Map<String, Content> files(String text, Steps steps) {
    Map<String, Content> files = new LinkedHashMap<>();
    for (String name : NAMES) {
      files.put(name, out -> {
        AtomicFiles.writeFully(out, ByteBuffer.wrap("half ".getBytes(StandardCharsets.UTF_8)));
        steps.before("the other half");
        AtomicFiles.writeFully(out, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      });
    }
    return files;
  }

  private static Kill killedReplace(Path folder, String text, int steps) throws IOException {
    Kill kill = new Kill(steps);
    try {
      AtomicFiles.replaceAll(folder, files(text, kill), kill);
    } catch (Kill.Killed expected) {
      assertTrue(kill.happened());
    }
    return kill;
  }

  private static String shown(Path folder) throws IOException {
    TreeSet<String> texts = new TreeSet<>();
    for (String name : NAMES) {
      Path file = AtomicFiles.current(folder, name);
      texts.add(Files.exists(file) ? Files.readString(file) : "none");
    }
    return String.join(" and ", texts);
  }

  private static List<String> list(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).sorted().collect(Collectors.toList());
    }
  }

  @Test
  void aKillAtAnyStepShowsTheOldSetOrTheNew() throws IOException {
    boolean seenOld = false;
    boolean seenNewWhileKilled = false;
    int steps = 0;
    for (Kill kill = null; kill == null || kill.happened(); steps++) {
      Path target = Files.createDirectory(folder.resolve("kill" + steps));
      Files.writeString(target.resolve("metrics.csv"), "another's");
      AtomicFiles.replaceAll(target, files("old", step -> {}));
      kill = killedReplace(target, "new", steps);
      String shown = shown(target);
      assertTrue(List.of("half old", "half new").contains(shown), shown);
      seenOld |= shown.equals("half old");
      seenNewWhileKilled |= kill.happened() && shown.equals("half new");

      AtomicFiles.replaceAll(target, files("newest", step -> {}));
      assertEquals("half newest", shown(target));
      assertEquals(List.of("a.txt", "b.bin", "c.json", "metrics.csv"), list(target));
    }
    assertTrue(seenOld && seenNewWhileKilled && steps > 15, steps + " steps");
  }

  @Test
  void aKillDuringTheFirstWriteShowsNothingOrTheWholeSet() throws IOException {
    int steps = 0;
    for (Kill kill = null; kill == null || kill.happened(); steps++) {
      Path target = folder.resolve("first" + steps);
      kill = killedReplace(target, "new", steps);
      assertTrue(List.of("none", "half new").contains(shown(target)), shown(target));
    }
  }

  @Test
  void twoKillsInARowShowOneOfTheThreeSets() throws IOException {
    // In the staging folder; before it is renamed; after that; between the moves; before and after the last clean-up.
    for (int first : new int[] {5, 11, 12, 14, 17, 18}) {
      Kill kill = null;
      for (int second = 0; kill == null || kill.happened(); second++) {
        Path target = Files.createDirectory(folder.resolve("kill" + first + "-" + second));
        AtomicFiles.replaceAll(target, files("old", step -> {}));
        killedReplace(target, "new", first);
        String before = shown(target);
        kill = killedReplace(target, "newest", second);
        assertTrue(List.of(before, "half newest").contains(shown(target)), before + " then " + shown(target));
      }
    }
  }

  @Test
  void aFailureWhileWritingLeavesTheOldSetAndNoTemporaryFiles() throws IOException {
    AtomicFiles.replaceAll(folder, files("old", step -> {}));
    Map<String, Content> files = files("new", step -> {});
    files.put("c.json", out -> {
      throw new IOException("disk full");
    });
    assertEquals("disk full",
        assertThrows(IOException.class, () -> AtomicFiles.replaceAll(folder, files)).getMessage());
    assertEquals("half old", shown(folder));
    assertEquals(NAMES, list(folder));
  }

  @Test
  void aFolderInAFilesPlaceIsRefusedBeforeAnythingChanges() throws IOException {
    AtomicFiles.replaceAll(folder, files("old", step -> {}));
    Files.delete(folder.resolve("b.bin"));
    Files.createDirectory(folder.resolve("b.bin"));
    assertThrows(IOException.class, () -> AtomicFiles.replaceAll(folder, files("new", step -> {})));
    assertEquals("half old", Files.readString(folder.resolve("a.txt")));
  }

  @Test
  void aKillWhileWritingOneFileLeavesTheOldContent() throws IOException {
    Path file = folder.resolve("metrics.csv");
    AtomicFiles.write(file, Content.of("old"));
    String shown = "old";
    for (int steps = 0; shown.equals("old"); steps++) {
      Kill kill = new Kill(steps);
      try {
        AtomicFiles.write(file, Content.of("new"), kill);
      } catch (Kill.Killed expected) {
        assertTrue(kill.happened());
      }
      shown = Files.readString(file);
      assertTrue(steps < 20);
    }
    assertEquals("new", shown);
  }

  @Test
  void aFailureWhileWritingOneFileRemovesTheTemporaryFile() throws IOException {
    Path file = folder.resolve("metrics.csv");
    AtomicFiles.write(file, Content.of("old"));
    assertThrows(IOException.class, () -> AtomicFiles.write(file, out -> {
      throw new IOException("disk full");
    }));
    assertEquals(List.of("metrics.csv"), list(folder));
    assertEquals("old", Files.readString(file));
  }

  @Test
  void symbolicLinksAreFollowed() throws IOException {
    Path real = Files.createDirectory(folder.resolve("real"));
    Path link = folder.resolve("link");
    try {
      Files.createSymbolicLink(link, real);
    } catch (IOException | UnsupportedOperationException e) {
      assumeTrue(false, "this system makes no symbolic links");
    }
    AtomicFiles.replaceAll(link, files("new", step -> {}));
    AtomicFiles.write(link.resolve("a.txt"), Content.of("again"));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(NAMES, list(real));
    assertEquals("again", Files.readString(real.resolve("a.txt")));
  }
}
