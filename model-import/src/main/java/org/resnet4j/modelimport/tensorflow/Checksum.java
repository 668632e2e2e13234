package org.resnet4j.modelimport.tensorflow;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C as LevelDB and TensorFlow store it: rotated, and a constant added. */
final class Checksum {
  private final CRC32C crc = new CRC32C();

  void update(ByteBuffer bytes) {
    crc.update(bytes);
  }

  int masked() {
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  static int of(ByteBuffer bytes) {
    Checksum checksum = new Checksum();
    checksum.update(bytes);
    return checksum.masked();
  }
}
