package org.resnet4j.engine.plan;

/** Where a tensor's numbers lie. */
sealed interface Storage {
  /** A part of the execution's own memory, from its first step to its last. */
  final class Buffer implements Storage {
    private final long size;
    private int first = Integer.MAX_VALUE;
    private int last = -1;
    private long offset;

    Buffer(long size) {
      this.size = size;
    }

    void usedAt(int step) {
      first = Math.min(first, step);
      last = Math.max(last, step);
    }

    boolean overlaps(Buffer other) {
      return first <= other.last && other.first <= last;
    }

    long size() {
      return size;
    }

    long offset() {
      return offset;
    }

    void place(long offset) {
      this.offset = offset;
    }

    boolean used() {
      return last >= 0;
    }
  }

  /** A parameter, in the snapshot. */
  record Parameter(Constant constant) implements Storage {}

  /** A parameter that training changes, where the network has it. */
  record Master(Constant constant) implements Storage {}

  /** Its gradient, where the network wants it. */
  record Gradient(Constant constant) implements Storage {}

  /** The caller's array. */
  record Input(int index) implements Storage {}

  /** The array that the caller gets. */
  record Output(int index) implements Storage {}
}
