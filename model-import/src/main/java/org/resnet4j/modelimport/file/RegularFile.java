package org.resnet4j.modelimport.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unreadable;

/** An open regular file, or a link to one, that must stay as it is until it has been read. */
final class RegularFile implements Closeable {
  /** The most bytes that an array holds on every JVM. */
  static final long LARGEST = Integer.MAX_VALUE - 16;

  /** How much to read at once. */
  static final int PIECE = 1 << 20;

  private final Path path;
  private final BasicFileAttributes attributes;
  private final SeekableByteChannel channel;

  private RegularFile(Path path, BasicFileAttributes attributes, SeekableByteChannel channel) {
    this.path = path;
    this.attributes = attributes;
    this.channel = channel;
  }

  static RegularFile open(Path path) {
    try {
      // Before anything is opened: opening a named pipe would wait for its writer.
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new Unreadable("", "a file", attributes.isDirectory() ? "a folder" : "a pipe or device", null).in(path);
      }
      return new RegularFile(path, attributes, Files.newByteChannel(path));
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  SeekableByteChannel channel() {
    return channel;
  }

  long size() {
    return attributes.size();
  }

  /** The first bytes, as many as there are. */
  byte[] head(int most) {
    return read(Math.min(most, size()));
  }

  /** The whole file, which didn't change meanwhile. */
  byte[] bytes(long most) {
    if (size() > most) {
      throw new TooLarge("", "at most " + most + " bytes", size() + " bytes").in(path);
    }
    byte[] bytes;
    try {
      bytes = read(size());
    } catch (OutOfMemoryError e) {
      throw new TooLarge("", "a file that fits in Java's memory (-Xmx)", size() + " bytes").in(path);
    }
    checkUnchanged();
    return bytes;
  }

  private byte[] read(long length) {
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    try {
      channel.position(0);
      while (bytes.position() < length) {
        // Java reads into memory off the heap first, of as many bytes as are asked for, and keeps that.
        bytes.limit((int) Math.min(length, (long) bytes.position() + PIECE));
        if (channel.read(bytes) < 0) {
          throw changed();
        }
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
    return bytes.array();
  }

  /** To be called when the last byte has been read. */
  void checkUnchanged() {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      if (now.size() != attributes.size() || !now.lastModifiedTime().equals(attributes.lastModifiedTime())
          || !Objects.equals(now.fileKey(), attributes.fileKey())) {
        throw changed();
      }
    } catch (IOException e) {
      throw changed();
    }
  }

  private ModelImportException changed() {
    return new Unreadable("", "a file that stays as it is", "one that changed while it was read", null).in(path);
  }

  private static ModelImportException unreadable(Path path, IOException e) {
    String found = e instanceof NoSuchFileException ? "nothing of that name"
        : e instanceof AccessDeniedException ? "one without permission to read it"
        : ModelImportException.quote(String.valueOf(e.getMessage()));
    return new Unreadable("", "a readable file", found, e).in(path);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }
}
