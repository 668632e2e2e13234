package org.resnet4j.zoo.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.resnet4j.zoo.image.ImageException.Kind;

/** Walks a file's structure to its end marker, because the codecs tolerate files that end early. */
final class Completeness {
  /** A progressive JPEG has about 10 scans; thousands, each a pass over all pixels, are an attack. */
  private static final int MAX_SCANS = 200;

  private Completeness() { }

  static void check(ImageFormat format, byte[] content, String where) {
    ByteBuffer file = ByteBuffer.wrap(content);
    boolean complete;
    try {
      complete = switch (format) {
        case JPEG -> jpeg(file, where);
        case PNG -> png(file, where);
        case GIF -> gif(file);
        case WEBP -> 8 + (file.order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xFFFFFFFFL) <= file.limit();
        case BMP, TIFF -> true;
      };
    } catch (IndexOutOfBoundsException e) {
      complete = false;
    }
    if (!complete) {
      throw new ImageException(Kind.TRUNCATED, where, "the file ends before the " + format + " image does, after "
          + content.length + " bytes: copy or download it again");
    }
  }

  /** Segments, and entropy-coded data after each start of scan, up to the end-of-image marker. */
  private static boolean jpeg(ByteBuffer file, String where) {
    int scans = 0;
    int at = 2;
    while (true) {
      while (file.get(at) != (byte) 0xFF) {
        at++;
      }
      int marker = file.get(at + 1) & 0xFF;
      if (marker == 0xD9) {
        return true;
      }
      if (marker == 0xFF) {
        at++;
      } else if (marker <= 0x01 || marker >= 0xD0 && marker <= 0xD8) {
        at += 2;
      } else {
        if (marker == 0xDA && ++scans > MAX_SCANS) {
          throw new ImageException(Kind.DAMAGED, where, "more than " + MAX_SCANS + " scans in one JPEG: save it anew");
        }
        at += 2 + (file.getShort(at + 2) & 0xFFFF);
      }
    }
  }

  /** Chunks up to IEND; the critical ones' checksums, which the codec ignores. */
  private static boolean png(ByteBuffer file, String where) {
    int at = 8;
    while (true) {
      int length = file.getInt(at);
      int tag = file.getInt(at + 4);
      if (length < 0 || length > file.limit() - at - 12) {
        return false;
      }
      int next = at + 12 + length;
      boolean critical = (tag & 0x20000000) == 0;
      if (critical && checksum(file, at + 4, length + 4) != file.getInt(next - 4)) {
        throw new ImageException(Kind.DAMAGED, where, "a checksum of the PNG is wrong near byte " + at
            + ": copy or download the file again");
      }
      if (tag == 0x49454E44) {
        return true;
      }
      at = next;
    }
  }

  private static int checksum(ByteBuffer file, int from, int length) {
    CRC32 crc = new CRC32();
    crc.update(file.array(), from, length);
    return (int) crc.getValue();
  }

  /** Blocks up to the end of the first frame's data. */
  private static boolean gif(ByteBuffer file) {
    int at = 13 + colourTable(file.get(10));
    while (true) {
      int block = file.get(at) & 0xFF;
      if (block == 0x21) {
        at = endOfSubBlocks(file, at + 2);
      } else if (block == 0x2C) {
        return endOfSubBlocks(file, at + 11 + colourTable(file.get(at + 9))) <= file.limit();
      } else {
        return false;
      }
    }
  }

  private static int colourTable(byte flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
  }

  private static int endOfSubBlocks(ByteBuffer file, int at) {
    while (file.get(at) != 0) {
      at += 1 + (file.get(at) & 0xFF);
    }
    return at + 1;
  }
}
