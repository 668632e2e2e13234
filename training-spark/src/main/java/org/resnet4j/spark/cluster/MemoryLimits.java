package org.resnet4j.spark.cluster;

/**
 * How much memory a Java process may take, and how much of it networks get. Networks live off the heap, in what Spark
 * calls overhead; Spark's standard, a tenth of the heap, is too little for any.
 *
 * <p>The shares are those of the launcher of one machine: of what a process may take, 25/85 are heap, 50/85 are for
 * networks and activations, and the rest is for the JVM itself, for libraries and for oneDNN's own memory.
 *
 * @param heap in bytes
 * @param overhead what the process may take beside the heap, in bytes
 */
record MemoryLimits(long heap, long overhead) {
  private static final long MIB = 1L << 20;

  /** Metaspace, compiled code, stacks, network buffers and the pages of loaded libraries, in any process. */
  private static final long LEAST_FOR_JVM = 384 * MIB;

  /** Below this, not even a small network is sure to be trained. */
  private static final long LEAST_OVERHEAD = 1024 * MIB;

  /** The limits of a process whose overhead nobody has chosen. */
  static MemoryLimits ofHeap(long heap) {
    return new MemoryLimits(heap, Math.max(LEAST_OVERHEAD, heap / 10 * 24));
  }

  /** What JavaCPP may allocate, as {@code org.bytedeco.javacpp.maxbytes}. */
  long offHeap() {
    return Math.max(overhead / 2, overhead - forJvm(overhead)) / MIB * MIB;
  }

  /** What the whole process may take, as {@code org.bytedeco.javacpp.maxphysicalbytes}. */
  long process() {
    return (heap + overhead) / MIB * MIB;
  }

  /** Whether so little is left beside the heap that a network will hardly fit. */
  boolean cramped() {
    return overhead < LEAST_OVERHEAD;
  }

  /** The least overhead with which so much may be allocated off the heap. */
  static long overheadFor(long offHeap) {
    return Math.max(offHeap + LEAST_FOR_JVM, offHeap / 5 * 6);
  }

  private static long forJvm(long overhead) {
    return Math.max(LEAST_FOR_JVM, overhead / 6);
  }
}
