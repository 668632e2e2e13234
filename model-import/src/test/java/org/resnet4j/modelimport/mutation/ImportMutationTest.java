package org.resnet4j.modelimport.mutation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.modelimport.KerasImport;
import org.resnet4j.modelimport.KerasOptions;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.testdata.Fixtures;

/**
 * However a good file is damaged, its import ends in a network or in a {@link ModelImportException}, soon, in little
 * memory, without a word elsewhere, and no file is touched. {@code -Dmutations=100000} does more of them.
 */
class ImportMutationTest {
  private static final int MUTATIONS = Integer.getInteger("mutations", 300);
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final long MOST_ALLOCATED = 400L << 20;
  private static final int LONGEST_MESSAGE = 2_000;

  /** Kinds of files, and of damage. */
  enum Damage {
    KERAS_2_BYTES("transfer_functional", "k2.h5", Mutations::ofBytes),
    KERAS_2_CONFIGURATION("transfer_functional", "k2.h5", (b, r) -> Mutations.ofJsonWithin(b, "{\"class_name\": \"F", r)),
    KERAS_3_BYTES("train_adam_k3", "k3.h5", Mutations::ofBytes),
    KERAS_3_CONFIGURATION("train_adam_k3", "k3.h5", (b, r) -> Mutations.ofJsonWithin(b, "{\"class_name\": \"F", r)),
    TRAINING_CONFIGURATION("train_adam_k3", "k3.h5", (b, r) -> Mutations.ofJsonWithin(b, "{\"loss\": ", r)),
    ARCHIVE("transfer_functional", "k3.keras", Mutations::ofArchive),
    ARCHIVE_OF_KERAS_2("train_adam_k2", "k2.keras", Mutations::ofArchive),
    NESTED("transfer_functional", "k3.keras", Mutations::ofArchivesJson),
    NESTED_KERAS_2("transfer_functional", "k2.keras", Mutations::ofArchivesJson),
    COMPILED("train_adam_k3", "k3.keras", Mutations::ofArchivesJson),
    OPERATORS("operators_k3", "k3.keras", Mutations::ofArchivesJson),
    OPERATORS_KERAS_2("operators_k2", "k2.keras", Mutations::ofArchivesJson),
    WEIGHTS("transfer_functional", "k3w.weights.h5", Mutations::ofBytes),
    ARCHITECTURE("transfer_functional", "k3.json", (b, r) -> Mutations.ofJson(Mutations.utf8(b), r).getBytes(UTF_8));

    private final String fixture;
    private final String file;
    private final BiFunction<byte[], Random, byte[]> mutation;

    Damage(String fixture, String file, BiFunction<byte[], Random, byte[]> mutation) {
      this.fixture = fixture;
      this.file = file;
      this.mutation = mutation;
    }
  }

  private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
    Thread daemon = new Thread(work, "imports");
    daemon.setDaemon(true);
    return daemon;
  });

  @TempDir
  private Path folder;

  @AfterEach
  void end() {
    thread.shutdownNow();
  }

  @ParameterizedTest
  @EnumSource
  void endsInANetworkOrASentence(Damage damage) throws IOException {
    Map<String, byte[]> files;
    try (InputStream in = Fixtures.open("keras/" + damage.fixture + ".zip")) {
      files = Mutations.entries(in.readAllBytes());
    }
    byte[] good = files.get(damage.file);
    Path file = folder.resolve(damage.file);
    boolean withArchitecture = damage.file.contains("w.") || damage.file.endsWith(".json");
    if (withArchitecture) {
      Files.write(folder.resolve("k3.json"), files.get("k3.json"));
      Files.write(folder.resolve("k3w.weights.h5"), files.get("k3w.weights.h5"));
    }
    KerasOptions options =
        withArchitecture ? KerasOptions.DEFAULT.withArchitecture(folder.resolve("k3.json")) : KerasOptions.DEFAULT;
    Path opened = withArchitecture ? folder.resolve("k3w.weights.h5") : file;
    Files.write(file, good);
    assertEquals("a network", imported(opened, options), "undamaged");
    Map<String, byte[]> before = content();

    PrintStream usual = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true));
    Map<String, Integer> ends = new TreeMap<>();
    try {
      for (int seed = 0; seed < MUTATIONS; seed++) {
        byte[] bad = damage.mutation.apply(good, new Random(31L * seed + damage.ordinal()));
        Files.write(file, bad);
        before.put(file.getFileName().toString(), bad);
        String what = damage + ", seed " + seed;
        String end = soon(() -> bounded(opened, options), what);
        assertFalse(end.startsWith("!"), what + ": " + end);
        ends.merge(end, 1, Integer::sum);
        assertEquals("", said.toString(), what);
        if (seed % 50 == 0) {
          assertUntouched(before, what);
        }
      }
    } finally {
      System.setErr(usual);
    }
    assertUntouched(before, "at the end");
    assertTrue(ends.size() > 2, "a test that sees all kinds of ends, and not only " + ends);
  }

  /** ND4J prepares each thread that uses it: all in one. */
  private String soon(Callable<String> work, String what) {
    try {
      return thread.submit(work).get(SOON.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      throw new AssertionError(what, e);
    }
  }

  private Map<String, byte[]> content() throws IOException {
    Map<String, byte[]> content = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        content.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return content;
  }

  private void assertUntouched(Map<String, byte[]> before, String what) throws IOException {
    Map<String, byte[]> now = content();
    assertEquals(before.keySet(), now.keySet(), what);
    before.forEach((name, bytes) -> assertArrayEquals(bytes, now.get(name), what + ", " + name));
  }

  private static String bounded(Path file, KerasOptions options) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    String end = imported(file, options);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    return allocated > MOST_ALLOCATED ? "! " + allocated + " bytes allocated, then " + end : end;
  }

  /** What an import ends in; a complaint begins with an exclamation mark. */
  private static String imported(Path file, KerasOptions options) {
    try {
      // Not closed: that collects garbage, twice.
      KerasImport.load(file, options);
      return "a network";
    } catch (ModelImportException e) {
      String message = e.getMessage();
      boolean sentence = e.file() != null && e.object() != null && !e.expected().isBlank() && !e.found().isBlank()
          && !e.remedy().isBlank() && message.chars().noneMatch(Character::isISOControl)
          && message.length() < LONGEST_MESSAGE;
      return sentence ? e.getClass().getSimpleName() : "! " + message;
    } catch (Throwable e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      return "! " + trace.toString().lines().limit(25).reduce("", (a, b) -> a + "\n" + b);
    }
  }
}
