package org.resnet4j.modelimport.tensorflow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Unreadable;

/** A file and the size in bytes that it had when first looked at; it is open only while it is read. */
record RegularFile(Path path, long size) {

  /** Opening a device or a named pipe could wait for ever. */
  static RegularFile at(Path path) {
    try {
      if (!Files.isRegularFile(path)) {
        String found = Files.isDirectory(path) ? "a folder" : Files.exists(path) ? "a device" : "nothing";
        throw unreadable(path, found, null);
      }
      return new RegularFile(path, Files.size(path));
    } catch (IOException e) {
      throw unreadable(path, e.toString(), e);
    }
  }

  FileChannel open() throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  /** Bytes that lie within the file. */
  byte[] read(long offset, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try (FileChannel channel = open()) {
      readFully(channel, bytes, offset);
    } catch (IOException e) {
      throw failed(e);
    }
    return bytes.array();
  }

  static void readFully(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
    while (bytes.hasRemaining()) {
      int read = channel.read(bytes, offset);
      if (read < 0) {
        throw new IOException("the file became shorter while it was read");
      }
      offset += read;
    }
  }

  ModelImportException failed(IOException e) {
    return unreadable(path, e.toString(), e);
  }

  private static ModelImportException unreadable(Path path, String found, IOException cause) {
    return new Unreadable("", "a file that can be read", found, cause).in(path);
  }
}
