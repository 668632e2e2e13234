package org.resnet4j.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.resnet4j.benchmarks.contest.WorkerFailure;

/** Some images of a folder {@code train/CLASS/...} and {@code test/CLASS/...}, as a folder of the same kind. */
final class Pictures {
  private static final String COMPLETE = "complete";

  private Pictures() {}

  /**
   * Copies them, unless that was done before.
   *
   * @param count of the images to train on, as many of each class as of the others; one of each is tested on
   * @throws WorkerFailure if there aren't so many
   */
  static Path some(Path all, int count, Path to) throws IOException, WorkerFailure {
    if (!Files.exists(to.resolve(COMPLETE))) {
      copy(all.resolve("train"), count, to.resolve("train"));
      copy(all.resolve("test"), list(all.resolve("test")).size(), to.resolve("test"));
      Files.createFile(to.resolve(COMPLETE));
    }
    return to;
  }

  private static void copy(Path all, int count, Path to) throws IOException, WorkerFailure {
    List<List<Path>> classes = new ArrayList<>();
    for (Path folder : list(all)) {
      classes.add(list(folder));
    }
    for (int i = 0; i < count; i++) {
      List<Path> images = classes.get(i % classes.size());
      int number = i / classes.size();
      if (number >= images.size()) {
        throw new WorkerFailure(all + ": expected " + count + " images, as many of each class; found fewer. Take fewer"
            + " --steps or --workers.");
      }
      Path image = images.get(number);
      Path folder = Files.createDirectories(to.resolve(image.getParent().getFileName()));
      Files.write(folder.resolve(image.getFileName()), Files.readAllBytes(image));
    }
  }

  private static List<Path> list(Path folder) throws IOException, WorkerFailure {
    if (!Files.isDirectory(folder)) {
      throw new WorkerFailure(folder + ": expected a folder, found none; --data is one with train/CLASS/... and"
          + " test/CLASS/... in it.");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted(Comparator.comparing(Path::toString)).toList();
    }
  }
}
