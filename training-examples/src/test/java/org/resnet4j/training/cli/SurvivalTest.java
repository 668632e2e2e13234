package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever ends a run in the middle, it goes on to what it would have come to. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class SurvivalTest {
  private static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final List<String> QUIET = List.of("-Dorg.nd4j.log.initialization=false", "-XX:TieredStopAtLevel=1");
  private static final Pattern GOING_ON = Pattern.compile("Going on after step (\\d+)\\.");
  /** A net of 78,000 parameters, four epochs, and everything that has a state. */
  private static final String RECIPE = """
      name: survival
      model: cifar_resnet8
      batch: 64
      phases:
        - name: all
          epochs: 4
          rate: {kind: one_cycle, peak: 0.1}
      optimizer: {kind: sgd, nesterov: true}
      weightDecay: {factor: 5e-4, decayed: all}
      variation: {crop: {kind: pad, pixels: 4}, flip: true, mixup: 0.2}
      labelSmoothing: 0.1
      ema: {decay: 0.9, everySteps: 3}
      clipNorm: 5
      """;
  @TempDir
  private static Path folder;
  private static Path never;

  @BeforeAll
  static void aRunThatIsNeverKilled() throws Exception {
    Files.writeString(folder.resolve("survival.yaml"), RECIPE);
    never = folder.resolve("never");
    assertEquals(0, start(never).waitFor(), () -> read("err"));
  }

  private static String[] arguments(Path out) {
    return new String[] {"train", "--recipe", folder.resolve("survival.yaml").toString(), "--data", "synthetic", "--out",
        out.toString(), "--threads", "1", "--checkpoint-minutes", "0.003", "--resume"};
  }

  private static Process start(Path out) throws IOException {
    return OwnProcess.start(folder, CLASS_PATH, QUIET, arguments(out));
  }

  @Test
  void killedAtAnyMomentItEndsAsIfItNeverWas() throws Exception {
    killed(5);
  }

  @Test
  @Tag("long")
  void killedFiftyTimesItEndsAsIfItNeverWas() throws Exception {
    for (int run = 0; run < 10; run++) {
      killed(5);
    }
  }

  private static void killed(int times) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path run = Files.createTempDirectory(folder, "killed").resolve("run");
    for (int kill = 0; kill < times; kill++) {
      Process training = start(run);
      long kept = newestStep(run);
      while (training.isAlive() && !read("err").matches("(?s).*(Memory: |Going on ).*")) {
        Thread.sleep(20);
      }
      Thread.sleep(random.nextInt(1500));
      training.destroyForcibly().waitFor();
      String said = read("err");
      Matcher goingOn = GOING_ON.matcher(said);
      if (goingOn.find()) { // else it was killed before it could say so
        assertEquals(kept, Long.parseLong(goingOn.group(1)), "seed " + seed + ", kill " + kill + "\n" + said);
      }
    }
    damageNewest(run);
    assertEquals(0, start(run).waitFor(), () -> read("err"));
    assertSame(run, "seed " + seed);
  }

  private static long newestStep(Path run) throws IOException {
    return steps(run).max().orElse(0);
  }

  private static LongStream steps(Path run) throws IOException {
    if (Files.notExists(run.resolve("checkpoints"))) {
      return LongStream.empty();
    }
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      return files.map(f -> f.getFileName().toString()).filter(name -> name.startsWith("checkpoint-"))
          .map(name -> Long.parseLong(name.replaceAll("\\D", ""))).toList().stream().mapToLong(step -> step);
    }
  }

  /** Cuts the newest checkpoint short, if there is one before it. */
  private static void damageNewest(Path run) throws IOException {
    if (steps(run).count() == 2 && !Files.readString(run.resolve("run.json")).contains("right")) {
      Path newest = run.resolve("checkpoints/checkpoint-" + newestStep(run) + ".safetensors");
      byte[] bytes = Files.readAllBytes(newest);
      Files.write(newest, Arrays.copyOf(bytes, bytes.length / 2));
    }
  }

  private static void assertSame(Path run, String message) throws IOException {
    assertArrayEquals(Files.readAllBytes(never.resolve("weights.safetensors")),
        Files.readAllBytes(run.resolve("weights.safetensors")), message);
    assertEquals(figures(never), figures(run), message);
  }

  /** The rows of metrics.csv without what tells time. */
  private static List<List<String>> figures(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.csv")).stream().map(row -> {
      List<String> cells = new ArrayList<>(List.of(row.split(",")));
      cells.removeAll(cells.subList(6, 8));
      return cells.subList(0, cells.size() - 1);
    }).collect(Collectors.toList());
  }

  @Test
  void terminatedItWritesACheckpointAndGoesOn() throws Exception {
    assumeFalse(System.getProperty("os.name").startsWith("Windows"), "Windows kills without a word");
    Path run = folder.resolve("terminated");
    Process training = start(run);
    while (training.isAlive() && newestStep(run) < 40) {
      Thread.sleep(5);
    }
    training.destroy();
    assertEquals(128 + 15, training.waitFor(), () -> read("err"));
    assertTrue(read("err").contains("Stopping after this step, with a checkpoint."), read("err"));
    assertTrue(read("err").contains("Stopped. The same command with --resume goes on from the last checkpoint in "
        + run + ", where the best model so far is, too."), read("err"));
    long stopped = newestStep(run);
    assertEquals(0, start(run).waitFor(), () -> read("err"));
    assertTrue(read("err").contains("Going on after step " + stopped + "."), read("err"));
    assertSame(run, "terminated after step " + stopped);
  }

  @Test
  void resumingAFinishedRunChangesNothing() throws Exception {
    Map<String, String> before = contents(never);
    assertEquals(0, start(never).waitFor(), () -> read("err"));
    assertTrue(read("out").startsWith("The run is finished. Best epoch "), read("out"));
    assertEquals(before, contents(never));
  }

  private static Map<String, String> contents(Path run) throws IOException {
    Map<String, String> contents = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.sorted().toList()) {
        contents.put(file.toString(), Files.getLastModifiedTime(file) + (Files.isDirectory(file) ? ""
            : " " + Arrays.hashCode(Files.readAllBytes(file))));
      }
    }
    return contents;
  }

  @Test
  void anotherRecipeOrSeedDoesNotGoOn() throws Exception {
    Path run = folder.resolve("other");
    Process training = start(run);
    while (training.isAlive() && newestStep(run) == 0) {
      Thread.sleep(5);
    }
    training.destroyForcibly().waitFor();
    String[] more = Stream.concat(Stream.of(arguments(run)), Stream.of("--seed", "2", "--batch", "32"))
        .toArray(String[]::new);
    Ran other = Ran.of((Object[]) more);
    assertEquals(ExitCode.USAGE.code(), other.code(), other.err());
    assertTrue(other.err().contains("was begun with something else: the recipe (batch: 64 / 32), --seed (1 / 2)."),
        other.err());
  }

  /** On a file system of its own that holds two checkpoints and not three. */
  @Test
  void onAFullDiskTheLastGoodCheckpointStays() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Path kept = folder.resolve("kept");
    List<String> inside = new ArrayList<>(List.of("unshare", "-rm", "sh", "-c",
        "d=$1; k=$2; shift 2; mount -t tmpfs -o size=2600k tmpfs \"$d\" || exit 99; \"$@\"; c=$?; cp -r \"$d/run\" \"$k\";"
            + " exit $c", "sh", disk.toString(), kept.toString()));
    inside.addAll(OwnProcess.command(CLASS_PATH, QUIET, arguments(disk.resolve("run"))));
    Process training;
    try {
      training = new ProcessBuilder(inside).redirectOutput(folder.resolve("out").toFile())
          .redirectError(folder.resolve("err").toFile()).start();
    } catch (IOException e) {
      assumeTrue(false, "unshare is there: " + e.getMessage());
      return;
    }
    int code = training.waitFor();
    assumeFalse(code == 99 || read("err").startsWith("unshare:"), "a file system may be mounted: " + read("err"));
    assertEquals(ExitCode.FAILURE.code(), code, read("err"));
    List<String> said = read("err").lines().toList();
    String last = said.get(said.size() - 1);
    assertTrue(last.matches("The checkpoint .* can't be written \\(No space left on device\\); the last good one,"
        + " checkpoint-\\d+.safetensors, is kept\\. Make room or access there, and resume\\."), read("err"));
    assertTrue(steps(kept).count() >= 1);
    assertEquals(0, start(kept).waitFor(), () -> read("err"));
    assertSame(kept, "gone on where there is room");
  }

  private static String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
