package org.resnet4j.benchmarks.worker;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of little-endian floats. */
public final class Floats {
  private Floats() {}

  /** The first {@code count} values, in memory outside the heap. */
  public static ByteBuffer read(Path file, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file)) {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw new EOFException(file + ": expected " + count + " floats, found " + bytes.position() / Float.BYTES);
        }
      }
    }
    return bytes.flip();
  }

  /** All of the file's values. */
  public static float[] readAll(Path file) throws IOException {
    float[] values = new float[Math.toIntExact(Files.size(file) / Float.BYTES)];
    read(file, values.length).asFloatBuffer().get(values);
    return values;
  }

  public static void write(Path file, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }
}
