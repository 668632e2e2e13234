package org.resnet4j.training.data;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.resnet4j.training.data.DataException.Kind;

/** Moves bad files out of the data, to {@code quarantine/<data folder>/<path below it>} beside the data folder. */
final class Quarantine {
  private Quarantine() { }

  /** The same bad images, each reason saying where the file is now. Nothing is ever overwritten. */
  static List<BadImage> move(Path folder, List<BadImage> bad) {
    Path data = folder.toAbsolutePath().normalize();
    Path quarantine = data.resolveSibling("quarantine").resolve(data.getFileName());
    List<BadImage> quarantined = new ArrayList<>();
    for (BadImage image : bad) {
      Path target = quarantine.resolve(data.relativize(Path.of(image.file()).toAbsolutePath().normalize()));
      try {
        Path moved = moveToFreeName(Path.of(image.file()), target);
        quarantined.add(new BadImage(image.file(), image.reason() + " (moved to " + moved + ")"));
      } catch (IOException e) {
        throw new DataException(Kind.UNREADABLE, image.file() + ": cannot be moved to " + target + " (" + e.getMessage()
            + "); may this user write there? " + quarantined.size() + " of " + bad.size()
            + " bad images were moved", e);
      }
    }
    return List.copyOf(quarantined);
  }

  private static Path moveToFreeName(Path file, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    for (int copy = 0; ; copy++) {
      try {
        return Files.move(file, copy == 0 ? target : target.resolveSibling(copy + "-" + target.getFileName()));
      } catch (FileAlreadyExistsException taken) {
        // the next name may be free
      }
    }
  }
}
