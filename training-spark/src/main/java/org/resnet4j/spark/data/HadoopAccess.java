package org.resnet4j.spark.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.security.AccessControlException;
import org.resnet4j.training.data.DataException;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;

/**
 * Opens Hadoop's file systems, on the driver and on executors alike: it takes the settings along. (Spark's own class for
 * that is marked unstable.)
 */
public final class HadoopAccess implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private transient Configuration configuration;

  /** With these settings, as Spark's {@code JavaSparkContext.hadoopConfiguration()} has them. */
  public HadoopAccess(Configuration configuration) {
    this.configuration = configuration;
  }

  /** The settings themselves. */
  public Configuration configuration() {
    return configuration;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    configuration.write(out);
  }

  private void readObject(ObjectInputStream in) throws IOException {
    // Its defaults came along, too: this machine's aren't asked.
    configuration = new Configuration(false);
    configuration.readFields(in);
  }

  /** @throws DataException if there is no such file system, or it doesn't answer */
  public FileSystem fileSystem(Path path) {
    try {
      return path.getFileSystem(configuration);
    } catch (IOException | RuntimeException e) { // whatever a connector, or its absence, throws
      throw unreachable(path, e);
    }
  }

  /**
   * The same without the checksums that Hadoop keeps beside this machine's files: it refuses names with a colon for
   * them, and reads a third slower in the middle of a file.
   */
  FileSystem forReading(Path path) {
    FileSystem files = fileSystem(path);
    return files instanceof LocalFileSystem local ? local.getRaw() : files;
  }

  /** With scheme and host, as messages name it and executors find it. */
  public Path qualified(Path path) {
    try {
      return fileSystem(path).makeQualified(path);
    } catch (IllegalArgumentException e) {
      throw unreachable(path, e);
    }
  }

  /** What to throw where a file system has thrown. */
  public static DataException unreachable(Path path, Exception e) {
    return Unreachable.of(path, e);
  }

  /**
   * Waits for a file system's first answer, a minute at most: Hadoop's clients ask one that is silent for up to a
   * quarter of an hour. Whether there is something at the path doesn't matter.
   *
   * @throws DataException if there is no such file system, or it doesn't answer
   */
  public void require(Path path) {
    Answering.within(PATIENCE, path, () -> fileSystem(path).exists(path));
  }

  /**
   * The same for one that is going to be written to.
   *
   * @throws DataException likewise, and if this user may not write there
   */
  public void requireWritable(Path path) {
    Answering.within(PATIENCE, path, () -> {
      FileSystem files = fileSystem(path);
      Path there = path;
      while (there.getParent() != null && !files.exists(there)) {
        there = there.getParent();
      }
      if (!isLocal(files.makeQualified(there))) { // of this machine's files, Hadoop doesn't know that root may
        files.access(there, FsAction.WRITE);
      }
      return null;
    });
  }

  /**
   * An image file's content.
   *
   * @throws ImageException if it isn't there, may not be read, or is too large: that stays so
   * @throws DataException if the file system fails, or is another machine's, without the image's folder: the next time
   *     may do better, so that an image isn't to be left out for it; Spark then runs the task again
   */
  byte[] read(Path file, ImageDecoder decoder) {
    String name = file.toString();
    if (isLocal(file) && !Files.isRegularFile(local(file))) {
      if (!Files.isDirectory(local(file).getParent())) {
        throw unreachable(file.getParent(), new FileNotFoundException("no such folder there"));
      }
      throw ImageException.unreadable(name, new NoSuchFileException(name)); // a pipe would be waited for
    }
    try (FSDataInputStream in = forReading(file).open(file)) {
      return decoder.readBytes(in, name);
    } catch (FileNotFoundException | AccessControlException | AccessDeniedException | ChecksumException e) {
      throw ImageException.unreadable(name, e);
    } catch (IOException e) {
      throw unreachable(file, e);
    }
  }

  /** Whether it is one of this machine's files. */
  static boolean isLocal(Path qualified) {
    return "file".equals(qualified.toUri().getScheme());
  }

  static java.nio.file.Path local(Path qualified) {
    return java.nio.file.Path.of(qualified.toUri().getPath());
  }
}
