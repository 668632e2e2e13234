package org.resnet4j.zoo.weights;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.resnet4j.zoo.weights.AtomicFiles.Content;
import org.resnet4j.zoo.weights.WeightsException.Reason;

/** Where a saved model's files are: in a folder, or in one zip. */
interface ModelFiles extends Closeable {

  /**
   * A file on disk.
   *
   * @param where what messages call it
   */
  record Part(Object where, Path path) {}

  /**
   * The file of that name, until this is closed.
   *
   * @param most bytes that it may have
   */
  Part part(String name, long most);

  static ModelFiles open(Path path, Set<String> names) {
    return Files.isRegularFile(path) ? new Zip(path, names) : new Folder(path);
  }

  /** The files as the entries of one zip; the same files give the same bytes. */
  static Content zip(Map<String, Content> files) {
    return out -> {
      // Not closed: the channel is the caller's.
      ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(out));
      for (Map.Entry<String, Content> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        // Weights don't become smaller.
        zip.setLevel(file.getKey().equals(SavedModel.WEIGHTS) ? Deflater.NO_COMPRESSION : Deflater.DEFAULT_COMPRESSION);
        zip.putNextEntry(entry);
        file.getValue().writeTo(Channels.newChannel(zip));
        zip.closeEntry();
      }
      zip.finish();
    };
  }

  /** As {@link AtomicFiles#replaceAll} left it. */
  record Folder(Path folder) implements ModelFiles {
    @Override
    public Part part(String name, long most) {
      Path file = AtomicFiles.current(folder, name);
      if (!Files.isRegularFile(file)) {
        throw new WeightsException(Reason.FILE_MISSING, folder, "the file " + name,
            Files.exists(file) ? "another kind of entry" : Files.exists(folder) ? "none" : "no such folder");
      }
      try {
        if (Files.size(file) > most) {
          throw new WeightsException(Reason.FILE_TOO_LARGE, file, "at most " + most + " bytes", "more");
        }
      } catch (IOException e) {
        throw Safetensors.failed(file, e);
      }
      return new Part(file, file);
    }

    @Override
    public void close() {}
  }

  /** Each file is unpacked when asked for, into a temporary folder. */
  final class Zip implements ModelFiles {
    private final CheckedZip zip;
    private Path temporary;

    private Zip(Path path, Set<String> names) {
      zip = CheckedZip.open(path, names);
    }

    @Override
    public Part part(String name, long most) {
      try (InputStream in = zip.open(name, most)) {
        if (temporary == null) {
          temporary = Files.createTempDirectory("resnet4j-");
        }
        Path file = temporary.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
          in.transferTo(out);
        }
        return new Part(zip.where(name), file);
      } catch (IOException e) {
        throw Safetensors.failed(zip.where(name), e);
      }
    }

    @Override
    public void close() throws IOException {
      zip.close();
      if (temporary != null) {
        try (Stream<Path> files = Files.list(temporary)) {
          for (Path file : files.toList()) {
            Files.delete(file);
          }
        }
        Files.delete(temporary);
      }
    }
  }
}
