package org.resnet4j.zoo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.StreamSupport;

/**
 * Writes that a kill or a power cut can't tear: a reader finds the old content or the new, never a mixture.
 *
 * <p>One file: a temporary file beside the target, forced to disk, moved over it. Several files of one folder: all are
 * written to a staging folder inside it; renaming that to {@value #COMMITTED} is the moment the new set exists; then
 * its files move to their places one by one. {@link #current} looks into {@value #COMMITTED} first, so a kill between
 * these moves shows the whole new set, and the next write ends them. Other files in the folder are left alone.
 *
 * <p>One writer a folder: of two at a time, one fails, without harm to the other's set.
 */
public final class AtomicFiles {
  /** The folder of a set that is complete but not yet in its place. */
  private static final String COMMITTED = ".saved";
  private static final String STAGING = ".saving-";

  private AtomicFiles() {}

  /** What a file shall hold. */
  @FunctionalInterface
  public interface Content {
    void writeTo(WritableByteChannel out) throws IOException;

    static Content of(byte[] bytes) {
      return out -> writeFully(out, ByteBuffer.wrap(bytes));
    }

    static Content of(String text) {
      return of(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Called before each change to the disk: where a test ends the program. */
  @FunctionalInterface
  interface Steps {
    void before(String step);
  }

  /** Writes one file; its folder must exist. A symbolic link's target is replaced, not the link. */
  public static void write(Path target, Content content) throws IOException {
    write(target, content, step -> {});
  }

  static void write(Path target, Content content, Steps steps) throws IOException {
    Path file = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    refuseFolder(file);
    Path folder = file.getParent();
    // Else the temporary file would be named, of which the caller knows nothing.
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
    if (!Files.isWritable(folder)) {
      throw new AccessDeniedException(folder.toString());
    }
    Path temporary = folder.resolve("." + file.getFileName() + "-" + random() + ".tmp");
    try {
      writeForced(temporary, content, steps);
      move(temporary, file, steps);
    } catch (Throwable failure) {
      cleanUp(failure, () -> delete(temporary, steps));
      throw failure;
    }
    force(folder, steps);
  }

  /**
   * Replaces a folder's files of these names as one; makes the folder if need be.
   *
   * @throws IOException if it fails: {@link #current} shows the old set, or, when only moving the files to their places
   *     failed, the new one
   */
  public static void replaceAll(Path folder, Map<String, Content> files) throws IOException {
    replaceAll(folder, files, step -> {});
  }

  static void replaceAll(Path target, Map<String, Content> files, Steps steps) throws IOException {
    if (!Files.isDirectory(target)) {
      steps.before("make the folder");
      Files.createDirectories(target);
    }
    Path folder = target.toRealPath();
    for (String name : files.keySet()) {
      refuseFolder(folder.resolve(name));
    }
    moveCommitted(folder, steps);
    for (Path leftover : list(folder, STAGING + "*")) {
      deleteFolder(leftover, steps);
    }
    Path staging = folder.resolve(STAGING + random());
    try {
      steps.before("make the staging folder");
      Files.createDirectory(staging);
      for (Map.Entry<String, Content> file : files.entrySet()) {
        writeForced(staging.resolve(file.getKey()), file.getValue(), steps);
      }
      force(staging, steps);
      move(staging, folder.resolve(COMMITTED), steps);
    } catch (Throwable failure) {
      cleanUp(failure, () -> deleteFolder(staging, steps));
      throw failure;
    }
    force(folder, steps);
    moveCommitted(folder, steps);
  }

  /** Where the last complete set's file of this name lies; it need not exist. */
  public static Path current(Path folder, String name) {
    Path committed = folder.resolve(COMMITTED).resolve(name);
    return Files.exists(committed) ? committed : folder.resolve(name);
  }

  static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static void moveCommitted(Path folder, Steps steps) throws IOException {
    Path committed = folder.resolve(COMMITTED);
    if (!Files.isDirectory(committed)) {
      return;
    }
    for (Path file : list(committed, "*")) {
      move(file, folder.resolve(file.getFileName()), steps);
    }
    force(folder, steps);
    delete(committed, steps);
    force(folder, steps);
  }

  private static void writeForced(Path file, Content content, Steps steps) throws IOException {
    steps.before("create " + file.getFileName());
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.writeTo(out);
      steps.before("force " + file.getFileName());
      out.force(true);
    }
  }

  private static void move(Path from, Path to, Steps steps) throws IOException {
    steps.before("move " + from.getFileName());
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Forces a folder's entries to disk. Systems that can't open a folder (Windows) do so by themselves. */
  private static void force(Path folder, Steps steps) throws IOException {
    steps.before("force the folder " + folder.getFileName());
    FileChannel channel;
    try {
      channel = FileChannel.open(folder, StandardOpenOption.READ);
    } catch (NoSuchFileException missing) {
      throw missing;
    } catch (IOException unsupported) {
      return;
    }
    try (channel) {
      channel.force(true);
    }
  }

  private static void deleteFolder(Path folder, Steps steps) throws IOException {
    if (Files.isDirectory(folder)) {
      for (Path file : list(folder, "*")) {
        delete(file, steps);
      }
    }
    delete(folder, steps);
  }

  private static void delete(Path path, Steps steps) throws IOException {
    steps.before("delete " + path.getFileName());
    Files.deleteIfExists(path);
  }

  private static List<Path> list(Path folder, String pattern) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
      return StreamSupport.stream(entries.spliterator(), false).sorted().toList();
    }
  }

  private static void refuseFolder(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "a folder is where a file shall be written: remove it");
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void cleanUp(Throwable failure, Action action) {
    try {
      action.run();
    } catch (Throwable second) {
      failure.addSuppressed(second);
    }
  }

  private static String random() {
    return Long.toHexString(ThreadLocalRandom.current().nextLong());
  }
}
