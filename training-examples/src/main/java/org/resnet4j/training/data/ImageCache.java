package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps images while there is room and evicts none: epochs visit every image once, so the first that fit serve as well
 * as any others.
 */
final class ImageCache {
  static final int BYTES_A_PIXEL = 4;

  private final Map<Integer, BufferedImage> images = new ConcurrentHashMap<>();
  private final AtomicLong room;

  ImageCache(long bytes) {
    room = new AtomicLong(bytes);
  }

  /** Null if it isn't kept. */
  BufferedImage get(int index) {
    return images.get(index);
  }

  void keep(int index, BufferedImage image) {
    long bytes = (long) BYTES_A_PIXEL * image.getWidth() * image.getHeight();
    if (room.addAndGet(-bytes) < 0 || images.putIfAbsent(index, image) != null) {
      room.addAndGet(bytes);
    }
  }

  void clear() {
    images.clear();
  }
}
