package org.resnet4j.spark.data;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** {@code far:///}: this machine's files under another scheme, which a test can cut off. */
public final class FarFileSystem extends RawLocalFileSystem {
  /** Makes Hadoop know the scheme. */
  public static final String SETTING = "fs.far.impl";

  private static final URI ROOT = URI.create("far:///");

  /** Calls that change something, until nothing works any more. */
  private static final AtomicInteger CHANGES_LEFT = new AtomicInteger(Integer.MAX_VALUE);
  /** Opened files, until one fails. */
  private static final AtomicInteger OPENS_LEFT = new AtomicInteger(Integer.MAX_VALUE);

  public static Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.set(SETTING, FarFileSystem.class.getName());
    return configuration;
  }

  public static URI uri(java.nio.file.Path path) {
    return new Path("far://" + path).toUri();
  }

  public static void cutOffAfter(int changes) {
    CHANGES_LEFT.set(changes);
  }

  public static int changesLeft() {
    return CHANGES_LEFT.get();
  }

  /** The file opened after so many more fails, once. */
  public static void failOpening(int after) {
    OPENS_LEFT.set(after);
  }

  public static void restore() {
    cutOffAfter(Integer.MAX_VALUE);
    failOpening(Integer.MAX_VALUE);
  }

  private static void change() throws IOException {
    if (CHANGES_LEFT.decrementAndGet() < 0) {
      CHANGES_LEFT.set(0);
      throw new IOException("cut off");
    }
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return "far";
  }

  /** The superclass's statuses look up their permissions as this machine's files. */
  private static FileStatus plain(FileStatus status) {
    return new FileStatus(status.getLen(), status.isDirectory(), 1, status.getBlockSize(),
        status.getModificationTime(), status.getPath());
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return plain(super.getFileStatus(path));
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return Arrays.stream(super.listStatus(path)).map(FarFileSystem::plain).toArray(FileStatus[]::new);
  }

  @Override
  public FSDataInputStream open(Path file, int bufferSize) throws IOException {
    if (OPENS_LEFT.getAndDecrement() == 0) {
      OPENS_LEFT.set(Integer.MAX_VALUE);
      throw new IOException("the network failed");
    }
    return super.open(file, bufferSize);
  }

  @Override
  public FSDataOutputStream create(Path file, FsPermission permission, boolean overwrite, int bufferSize,
      short replication, long blockSize, Progressable progress) throws IOException {
    return changing(super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress));
  }

  @Override
  public FSDataOutputStream createNonRecursive(Path file, FsPermission permission, boolean overwrite, int bufferSize,
      short replication, long blockSize, Progressable progress) throws IOException {
    return changing(super.createNonRecursive(file, permission, overwrite, bufferSize, replication, blockSize,
        progress));
  }

  private static FSDataOutputStream changing(FSDataOutputStream file) throws IOException {
    change();
    return new FSDataOutputStream(new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        change();
        file.write(value);
      }

      @Override
      public void write(byte[] values, int from, int count) throws IOException {
        change();
        file.write(values, from, count);
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    }, null);
  }

  @Override
  public boolean mkdirs(Path folder) throws IOException {
    change();
    return super.mkdirs(folder);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    change();
    return super.rename(from, to);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    change();
    return super.delete(path, recursive);
  }
}
