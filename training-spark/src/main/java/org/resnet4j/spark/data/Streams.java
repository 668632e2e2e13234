package org.resnet4j.spark.data;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Open streams of a few files, each in the hands of one thread at a time: opening asks a name node or an object store,
 * which takes as long as reading an image does.
 */
final class Streams {
  /** Some for each thread of an executor; an object store's client has some hundred connections at most. */
  private static final int KEPT = 32;

  private record Idle(Path file, FSDataInputStream stream) { }

  private final Deque<Idle> idle = new ArrayDeque<>();

  /** Fills the buffer from that position on. */
  void read(FileSystem fileSystem, Path file, long position, byte[] buffer) throws IOException {
    FSDataInputStream stream = take(file);
    if (stream == null) {
      stream = fileSystem.open(file);
    }
    try {
      stream.readFully(position, buffer, 0, buffer.length);
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
    give(new Idle(file, stream));
  }

  private synchronized FSDataInputStream take(Path file) {
    for (Iterator<Idle> all = idle.iterator(); all.hasNext();) {
      Idle next = all.next();
      if (next.file.equals(file)) {
        all.remove();
        return next.stream;
      }
    }
    return null;
  }

  private void give(Idle used) throws IOException {
    Idle oldest = null;
    synchronized (this) {
      idle.addFirst(used);
      if (idle.size() > KEPT) {
        oldest = idle.removeLast();
      }
    }
    if (oldest != null) {
      oldest.stream.close();
    }
  }
}
