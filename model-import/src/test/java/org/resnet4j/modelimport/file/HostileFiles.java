package org.resnet4j.modelimport.file;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.testdata.Fixtures;

/** The files of {@code keras_hostile.py}, bytes to be changed in them, and a reader that leaves nothing out. */
final class HostileFiles {
  /** The attributes that an import asks for. */
  private static final String[] ATTRIBUTES = {"model_config", "layer_names", "weight_names", "keras_version"};

  private static final int MOST_VISITED = 2_000;

  private HostileFiles() {}

  static byte[] fixture(String name) {
    try (InputStream in = Fixtures.open("hostile/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path fixture(Path folder, String name) {
    return write(folder, name, fixture(name));
  }

  static Path write(Path folder, String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the only occurrence of these characters begins. */
  static int find(byte[] bytes, String characters) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = text.indexOf(characters);
    if (at < 0 || text.indexOf(characters, at + 1) >= 0) {
      throw new AssertionError((at < 0 ? "no " : "more than one ") + characters);
    }
    return at;
  }

  /** Opens a file, and reads every group, attribute and dataset. */
  static void readAll(Path path) {
    try (KerasFile file = KerasFile.open(path)) {
      readAll(file.weights());
    }
  }

  /** The same, going on where something can't: how often that was. */
  static int readWhatCanBe(Hdf5Group root) {
    int[] failures = {0};
    int visited = 0;
    Deque<Hdf5Group> groups = new ArrayDeque<>();
    groups.add(root);
    for (Hdf5Group group; (group = groups.poll()) != null && visited < MOST_VISITED;) {
      Hdf5Group parent = group;
      for (String attribute : ATTRIBUTES) {
        attempt(failures, () -> parent.texts(attribute));
      }
      List<String> children = new ArrayList<>();
      attempt(failures, () -> children.addAll(parent.children()));
      for (String child : children) {
        visited++;
        attempt(failures, () -> parent.dataset(child).ifPresent(dataset -> dataset.read(DataType.FLOAT)));
        attempt(failures, () -> parent.group(child).ifPresent(groups::add));
      }
    }
    return failures[0];
  }

  private static void attempt(int[] failures, Runnable reading) {
    try {
      reading.run();
    } catch (ModelImportException e) {
      assertNotNull(e.file());
      failures[0]++;
    }
  }

  static int readAll(Hdf5Group root) {
    Deque<Hdf5Group> groups = new ArrayDeque<>();
    groups.add(root);
    int visited = 0;
    for (Hdf5Group group; (group = groups.poll()) != null && visited < MOST_VISITED;) {
      for (String attribute : ATTRIBUTES) {
        group.texts(attribute);
      }
      for (String child : group.children()) {
        visited++;
        group.dataset(child).ifPresent(dataset -> dataset.read(DataType.FLOAT));
        group.group(child).ifPresent(groups::add);
      }
    }
    return visited;
  }
}
