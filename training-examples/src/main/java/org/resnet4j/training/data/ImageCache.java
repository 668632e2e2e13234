package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

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

  BufferedImage get(int index, Supplier<BufferedImage> load) {
    BufferedImage kept = images.get(index);
    if (kept != null) {
      return kept;
    }
    BufferedImage loaded = load.get();
    long bytes = (long) BYTES_A_PIXEL * loaded.getWidth() * loaded.getHeight();
    if (room.addAndGet(-bytes) < 0 || images.putIfAbsent(index, loaded) != null) {
      room.addAndGet(bytes);
    }
    return loaded;
  }

  void clear() {
    images.clear();
  }
}
