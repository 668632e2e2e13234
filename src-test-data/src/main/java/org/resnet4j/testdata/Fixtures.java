package org.resnet4j.testdata;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The recorded files, as resources of this package. */
public final class Fixtures {
  private Fixtures() {}

  /** The names, without {@code .json}, of all records in a folder such as {@code inference}, sorted. */
  public static List<String> names(String folder) {
    return names(folder, ".json");
  }

  /** The names, without their end {@code suffix}, of all files in a folder that have it, sorted. */
  public static List<String> names(String folder, String suffix) {
    try {
      URI uri = Fixtures.class.getResource(folder).toURI();
      if (!uri.getScheme().equals("jar")) {
        return names(Path.of(uri), suffix);
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return names(jar.getPath("org/resnet4j/testdata/" + folder), suffix);
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> names(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(suffix))
          .map(name -> name.substring(0, name.length() - suffix.length())).sorted().toList();
    }
  }

  /** A fixture, such as {@code inference/resnet50.json}; the caller closes it. */
  public static InputStream open(String path) {
    InputStream stream = Fixtures.class.getResourceAsStream(path);
    if (stream == null) {
      throw new IllegalArgumentException("No fixture \"" + path + "\" in org.resnet4j.testdata.");
    }
    return stream;
  }

  /** Puts the files of an archive, such as {@code keras/conv_valid.zip}, into an existing folder. */
  public static void unpack(String path, Path folder) throws IOException {
    try (ZipInputStream archive = new ZipInputStream(open(path))) {
      for (ZipEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
        Files.copy(archive, folder.resolve(entry.getName()));
      }
    }
  }
}
