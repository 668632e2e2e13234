package org.resnet4j.modelimport.mutation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.modelimport.KerasImport;
import org.resnet4j.modelimport.KerasOptions;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.InvalidConfiguration;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unreadable;
import org.resnet4j.modelimport.ModelImportException.Unsafe;
import org.resnet4j.testdata.Fixtures;

/** Files meant to harm, imported as a user would: a sentence, soon, nothing printed, no other file touched. */
class HostileImportTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final FileTime UNREAD = FileTime.fromMillis(1_000_000_000_000L);

  @TempDir
  private Path folder;

  private final PrintStream usualOut = System.out;
  private final PrintStream usualErr = System.err;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(said, true));
    System.setOut(new PrintStream(said, true));
  }

  @AfterEach
  void stopListening() {
    System.setErr(usualErr);
    System.setOut(usualOut);
  }

  private static Map<String, byte[]> model() {
    try (InputStream in = Fixtures.open("keras/transfer_functional.zip")) {
      return Mutations.entries(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ModelImportException refused(Class<? extends ModelImportException> kind, Path file, KerasOptions options)
      throws IOException {
    Map<String, FileTime> before = files();
    ModelImportException refused = assertTimeoutPreemptively(SOON,
        () -> assertThrows(kind, () -> KerasImport.load(file, options)));
    assertEquals(before, files());
    assertEquals("", said.toString(UTF_8));
    assertEquals(file.toString(), refused.file());
    assertTrue(refused.getMessage().chars().noneMatch(Character::isISOControl), refused.getMessage());
    assertTrue(refused.getMessage().length() < 1000, refused.getMessage());
    return refused;
  }

  private Map<String, FileTime> files() throws IOException {
    Map<String, FileTime> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
      }
    }
    return files;
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  /** Weights of a layer "a" whose group is or holds what the name says, and a model with such a layer. */
  @ParameterizedTest
  @CsvSource({"external_link.h5, Unsafe", "external_link_latest.h5, Unsafe", "external_storage.h5, WeightsDiffer",
      "soft_link.h5, Unsafe", "virtual.h5, WeightsDiffer", "name_parent.h5, Unsafe", "name_escape.h5, Unsafe",
      "name_long.h5, TooLarge", "hard_cycle.h5, WeightsDiffer", "petabytes.h5, WeightsDiffer"})
  void weightsThatLeadElsewhereOrNowhereAreRefused(String fixture, String kind) throws IOException {
    for (String other : new String[] {"other.h5", "other.bin"}) {
      Files.setLastModifiedTime(write(other, new byte[1000]), UNREAD);
    }
    try (InputStream in = Fixtures.open("hostile/" + fixture)) {
      Path file = write(fixture, in.readAllBytes());
      Path json = write("model.json", """
          {"class_name": "Sequential", "config": {"name": "s", "layers": [
            {"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [null, 4]}},
            {"class_name": "Dense", "config": {"name": "a", "units": 3, "use_bias": false}}]}}""".getBytes(UTF_8));
      ModelImportException refused =
          refused(ModelImportException.class, file, KerasOptions.DEFAULT.withArchitecture(json));
      assertEquals(kind, refused.getClass().getSimpleName(), refused.getMessage());
    }
  }

  private Path archive(String configuration) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>(Mutations.entries(model().get("k3.keras")));
    entries.put("config.json", configuration.getBytes(UTF_8));
    return write("model.keras", Mutations.zip(entries, false));
  }

  @Test
  void aHundredThousandLayersAreTooMany() throws IOException {
    String layers = IntStream.range(0, 100_000).mapToObj(
        i -> "{\"class_name\": \"ReLU\", \"config\": {\"name\": \"r" + i + "\"}}").collect(Collectors.joining(","));
    refused(TooLarge.class, archive("{\"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": ["
        + "{\"class_name\": \"InputLayer\", \"config\": {\"batch_shape\": [null, 4], \"name\": \"i\"}}," + layers
        + "]}}"), KerasOptions.DEFAULT);
  }

  @Test
  void aConfigurationNestedAHundredThousandDeepIsTooDeep() throws IOException {
    refused(TooLarge.class, archive("{\"class_name\":\"Sequential\",\"config\":{\"layers\":[".repeat(100_000)),
        KerasOptions.DEFAULT);
    refused(TooLarge.class, archive("[".repeat(100_000)), KerasOptions.DEFAULT);
  }

  @Test
  void aBombInAnArchiveIsTooLarge() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>(Mutations.entries(model().get("k3.keras")));
    entries.put("config.json", new byte[60 << 20]);
    refused(TooLarge.class, write("model.keras", Mutations.zip(entries, false)), KerasOptions.DEFAULT);
  }

  @Test
  void archivesWithNamesThatLeadElsewhereAreUnsafe() throws IOException {
    for (String name : new String[] {"../model.weights.h5", "/tmp/x", "a/../../x", "C:\\x", "x\0y"}) {
      Map<String, byte[]> entries = new LinkedHashMap<>(Mutations.entries(model().get("k3.keras")));
      entries.put(name, new byte[10]);
      refused(Unsafe.class, write("model.keras", Mutations.zip(entries, true)), KerasOptions.DEFAULT);
    }
  }

  @Test
  void weightsAloneNeedAnArchitecture() throws IOException {
    refused(Incomplete.class, write("k3w.weights.h5", model().get("k3w.weights.h5")), KerasOptions.DEFAULT);
    refused(Incomplete.class, write("k2w.h5", model().get("k2w.h5")), KerasOptions.DEFAULT);
  }

  @Test
  void anArchitectureThatIsBadIsNamedItself() throws IOException {
    Path weights = write("k3w.weights.h5", model().get("k3w.weights.h5"));
    Path json = write("k3.json", "{\"class_name\": \"Sequential\", \"config\": 7}".getBytes(UTF_8));
    ModelImportException refused = assertThrows(InvalidConfiguration.class,
        () -> KerasImport.load(weights, KerasOptions.DEFAULT.withArchitecture(json)));
    assertEquals(json.toString(), refused.file());
  }

  /** Found by fuzzing: U+009B begins a terminal's commands as ESC [ does. */
  @Test
  void controlCharactersBeyondAsciiAreNotPrintedEither() throws IOException {
    assertEquals("\"?[2J?\"", ModelImportException.quote("\u009b[2J\u0080"));
    Map<String, byte[]> entries = new LinkedHashMap<>(Mutations.entries(model().get("k3.keras")));
    entries.put("a\u009b[2J", new byte[10]);
    refused(Unsafe.class, write("model.keras", Mutations.zip(entries, true)), KerasOptions.DEFAULT);
  }

  @Test
  void aFolderAndNothingAreUnreadable() throws IOException {
    refused(Unreadable.class, Files.createDirectory(folder.resolve("folder.h5")), KerasOptions.DEFAULT);
    refused(Unreadable.class, folder.resolve("nothing.h5"), KerasOptions.DEFAULT);
  }
}
