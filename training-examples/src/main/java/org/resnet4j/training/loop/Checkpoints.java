package org.resnet4j.training.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.zoo.weights.Safetensors;
import org.resnet4j.zoo.weights.TensorSource;
import org.resnet4j.zoo.weights.WeightsException;

/**
 * The checkpoints of a run: files {@code checkpoint-<steps>.safetensors} of one folder, each whole in itself, written
 * atomically, with a SHA-256 over all that it says. The newest two are kept, so that one is left whatever happens to the
 * other.
 */
public final class Checkpoints {
  private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,18})\\.safetensors");
  private static final int KEPT = 2;
  private static final String FORMAT = "resnet4j-checkpoint-1";
  private static final String PLACE = "place";
  private static final String EPOCH = "epoch ";
  private static final String HASH = "sha256";
  private static final int PIECE = 1 << 20;
  private static final JsonMapper JSON = JsonMapper.builder()
      .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES).build();

  private final Path folder;

  /** Of a folder that need not exist yet. */
  public Checkpoints(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes a checkpoint, and drops those before the last.
   *
   * @throws CheckpointException if it can't be written; those that are there stay
   */
  public void save(TrainingState state) {
    Path file = folder.resolve("checkpoint-" + state.place().step() + ".safetensors");
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put("parameters", state.parameters());
    arrays.put("updater", state.updater());
    arrays.put("average", state.average());
    arrays.put("best", state.best());
    arrays.values().removeIf(Objects::isNull);
    try {
      Files.createDirectories(folder);
      Map<String, String> notes = new LinkedHashMap<>();
      notes.put("format", FORMAT);
      notes.put(PLACE, JSON.writeValueAsString(state.place()));
      for (int i = 0; i < state.epochs().size(); i++) {
        notes.put(EPOCH + i, JSON.writeValueAsString(state.epochs().get(i)));
      }
      notes.put(HASH, hash(notes, arrays));
      Safetensors.write(file, TensorSource.of(file.toString(), arrays), notes);
      List<Path> files = files();
      for (Path old : files.subList(Math.min(KEPT, files.size()), files.size())) {
        Files.delete(old);
      }
    } catch (IOException | WeightsException e) {
      throw new CheckpointException("The checkpoint " + file + " can't be written (" + reason(e) + "); "
          + files().stream().findFirst().map(last -> "the last good one, " + last.getFileName() + ", is kept")
              .orElse("there is none before it") + ". Make room or access there, and resume.", e);
    }
  }

  private static String reason(Exception e) {
    Throwable cause = e instanceof WeightsException && e.getCause() != null ? e.getCause() : e;
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /** Whether there is any file of a checkpoint, good or damaged. */
  public boolean any() {
    return !files().isEmpty();
  }

  /**
   * The newest good checkpoint; empty if there is none at all.
   *
   * @param warnings told of each damaged one, in a sentence
   * @throws CheckpointException if there are some and all are damaged
   */
  public Optional<TrainingState> newest(Consumer<String> warnings) {
    List<Path> files = files();
    RuntimeException last = null;
    for (Path file : files) {
      try {
        return Optional.of(read(file));
      } catch (WeightsException | CheckpointException e) {
        warnings.accept("The checkpoint " + file.getFileName() + " is damaged and passed over: " + e.getMessage());
        last = e;
      }
    }
    if (last != null) {
      throw new CheckpointException("None of the " + files.size() + " checkpoints in " + folder
          + " can be read; start the run anew in another folder.", last);
    }
    return Optional.empty();
  }

  /** Newest first. */
  private List<Path> files() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(file -> steps(file) >= 0 && Files.isRegularFile(file)).sorted(Comparator.comparingLong(Checkpoints::steps).reversed())
          .toList();
    } catch (IOException e) {
      throw new CheckpointException("The folder " + folder + " can't be read (" + reason(e) + ").", e);
    }
  }

  private static long steps(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    return name.matches() ? Long.parseLong(name.group(1)) : -1;
  }

  private static TrainingState read(Path path) {
    try (Safetensors file = Safetensors.open(path)) {
      Map<String, String> notes = new LinkedHashMap<>(file.metadata());
      String expected = notes.remove(HASH);
      Map<String, INDArray> arrays = new LinkedHashMap<>();
      if (!FORMAT.equals(notes.get("format")) || expected == null || !notes.containsKey(PLACE)
          || !file.shapes().containsKey("parameters")) {
        throw damaged(path, "format " + FORMAT, String.valueOf(notes.get("format")), null);
      }
      file.shapes().keySet().forEach(name -> arrays.put(name, file.read(name)));
      String found = hash(notes, arrays);
      if (!found.equals(expected)) {
        throw damaged(path, "content of SHA-256 " + expected, found, null);
      }
      List<EpochMetrics> epochs = new ArrayList<>();
      for (String row; (row = notes.get(EPOCH + epochs.size())) != null; ) {
        epochs.add(JSON.readValue(row, EpochMetrics.class));
      }
      return new TrainingState(JSON.readValue(notes.get(PLACE), TrainingState.Place.class), epochs,
          arrays.get("parameters"), arrays.get("updater"), arrays.get("average"), arrays.get("best"));
    } catch (JsonProcessingException e) {
      throw damaged(path, "a place and epochs", e.getOriginalMessage(), e);
    }
  }

  private static CheckpointException damaged(Path file, String expected, String found, Exception cause) {
    return new CheckpointException(file + " is no checkpoint: expected " + expected + ", found " + found + ".", cause);
  }

  private static String hash(Map<String, String> notes, Map<String, INDArray> arrays) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Java has SHA-256", e);
    }
    notes.forEach((key, value) -> digest.update((key + "\n" + value + "\n").getBytes(StandardCharsets.UTF_8)));
    arrays.forEach((name, array) -> {
      digest.update((name + " " + array.length() + "\n").getBytes(StandardCharsets.UTF_8));
      ByteBuffer bytes = (array.data().length() == array.length() ? array : array.dup()).data().asNio();
      for (long begin = 0; begin < bytes.capacity(); begin += PIECE) {
        digest.update(bytes.slice((int) begin, (int) Math.min(PIECE, bytes.capacity() - begin)));
      }
    });
    return HexFormat.of().formatHex(digest.digest());
  }
}
