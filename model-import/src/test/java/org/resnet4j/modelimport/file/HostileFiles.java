package org.resnet4j.modelimport.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.nd4j.linalg.api.buffer.DataType;
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
