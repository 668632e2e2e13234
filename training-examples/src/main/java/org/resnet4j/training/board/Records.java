package org.resnet4j.training.board;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A file in TensorFlow's record format: for each record its length (8 bytes), that length's checksum (4), the data, the
 * data's checksum (4), all little-endian; the checksum is a masked CRC-32C (TensorFlow 2.21,
 * {@code tsl/lib/io/record_writer.h}). The file ends after a whole record even when a write fails in the middle.
 *
 * <p>The writers there are for Java bring Hadoop or TensorFlow's natives.
 */
final class Records implements AutoCloseable {
  private static final int FRAME = 16;
  private static final int MASK = 0xa282ead8;
  private static final int MOST_PENDING = 1 << 16;

  private final RandomAccessFile file;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  /** Where the file's last whole record ends. */
  private long end;

  /** @param path made anew, or emptied */
  Records(Path path) throws IOException {
    // Not a channel: those are closed when their thread is interrupted.
    file = new RandomAccessFile(path.toFile(), "rw");
    file.setLength(0);
  }

  /** @throws IOException if there was much to write and it couldn't be; it is tried again with what comes next */
  void write(byte[] data) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(FRAME + data.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.putLong(data.length);
    frame.putInt(checksum(frame.array(), 0, Long.BYTES));
    frame.put(data);
    frame.putInt(checksum(data, 0, data.length));
    pending.writeBytes(frame.array());
    if (pending.size() > MOST_PENDING) {
      flush();
    }
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }

  /** Hands everything to the operating system, so that other processes see it. */
  void flush() throws IOException {
    try {
      file.seek(end);
      file.write(pending.toByteArray());
    } catch (IOException e) {
      truncate(e);
      throw e;
    }
    end += pending.size();
    pending.reset();
  }

  private void truncate(IOException cause) {
    try {
      file.setLength(end);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() throws IOException {
    try (file) {
      flush();
    }
  }
}
