package org.resnet4j.zoo.image;

import java.io.IOException;
import java.util.function.Supplier;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * A file's bytes, then some zeros, then an exception. TwelveMonkeys' WebP bit reader looks a few bytes ahead, and takes
 * the end of the file for an endless run of zeros: 76 hostile bytes kept it busy for a minute, and a truncated image
 * came out as a whole one.
 */
final class PaddedInput extends ImageInputStreamImpl {
  private static final int LOOK_AHEAD = 64;

  private final byte[] content;
  private final Supplier<? extends RuntimeException> end;

  PaddedInput(byte[] content, Supplier<? extends RuntimeException> end) {
    this.content = content;
    this.end = end;
  }

  @Override public int read() throws IOException {
    checkClosed();
    bitOffset = 0;
    return next();
  }

  @Override public int read(byte[] target, int offset, int length) throws IOException {
    checkClosed();
    bitOffset = 0;
    for (int i = 0; i < length; i++) {
      target[offset + i] = (byte) next();
    }
    return length;
  }

  private int next() {
    if (streamPos >= content.length + LOOK_AHEAD) {
      throw end.get();
    }
    int value = streamPos < content.length ? content[(int) streamPos] & 0xFF : 0;
    streamPos++;
    return value;
  }

  @Override public long length() {
    return content.length;
  }
}
