package org.resnet4j.spark.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder of a packed set while it is written. It holds a mark from the beginning on; the index comes last, written
 * beside its place and renamed. Without an index, nothing opens it.
 */
final class PackOutput {
  private final Path folder;
  private final FileSystem files;

  PackOutput(Path folder, HadoopAccess access) {
    this.folder = folder;
    files = access.fileSystem(folder);
  }

  /** What is wrong with writing there, as the rest of a sentence; the data mustn't hold it. */
  static Optional<String> objection(Path data, Path out, HadoopAccess access) {
    return out.isRoot() ? Optional.of("is the file system's root; name a folder in it")
        : (out + "/").startsWith(data + "/") ? Optional.of("lies in the data; name another folder")
        : new PackOutput(out, access).objection();
  }

  private Optional<String> objection() {
    try {
      FileStatus status = files.getFileStatus(folder);
      if (status.isFile()) {
        return Optional.of("is a file; name a folder");
      }
      FileStatus[] entries = files.listStatus(folder);
      if (entries.length == 0) {
        return Optional.empty();
      }
      return Optional.of(files.exists(new Path(folder, PackIndex.FILE)) ? "holds a packed set; name a new folder"
          : files.exists(new Path(folder, PackIndex.UNFINISHED))
          ? "holds a set that was not packed to the end, or still is being packed; name a new folder, or delete it"
          : "holds something else (" + entries[0].getPath().getName() + "); name a new or empty folder");
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw HadoopAccess.unreachable(folder, e);
    }
  }

  /** @throws UncheckedIOException if it can't be written, or another pack has begun there */
  void begin() {
    Path mark = new Path(folder, PackIndex.UNFINISHED);
    try {
      files.mkdirs(folder);
      files.create(mark, false).close();
    } catch (IOException e) {
      throw unwritable(mark, e);
    }
  }

  /** Makes a whole set of it, and removes what attempts left behind that don't count. */
  void commit(PackIndex index) {
    Path place = new Path(folder, PackIndex.FILE);
    Path beside = new Path(folder, PackIndex.FILE + ".tmp");
    try {
      Set<String> counted = index.files().stream().map(PackFile::name).collect(Collectors.toSet());
      for (FileStatus status : files.listStatus(folder)) {
        String name = status.getPath().getName();
        if (name.endsWith(".seq") && !counted.contains(name)) {
          files.delete(status.getPath(), false);
        }
      }
      try (OutputStream out = files.create(beside, true)) {
        PackIndexFormat.write(index, out);
      }
      if (!files.rename(beside, place)) {
        throw new IOException("could not be renamed from " + beside.getName());
      }
      files.delete(new Path(folder, PackIndex.UNFINISHED), false);
    } catch (IOException e) {
      throw unwritable(place, e);
    }
  }

  /** Removes all, if the file system lets it; else the mark stays, and tells. */
  void abandon(RuntimeException why) {
    try {
      if (!files.exists(new Path(folder, PackIndex.FILE))) {
        files.delete(folder, true);
      }
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  static UncheckedIOException unwritable(Path path, IOException e) {
    return new UncheckedIOException(path + ": cannot be written (" + e.getClass().getSimpleName() + ": "
        + e.getMessage() + "); is there room, and may this user write there?", e);
  }
}
