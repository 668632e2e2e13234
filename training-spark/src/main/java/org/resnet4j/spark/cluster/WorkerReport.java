package org.resnet4j.spark.cluster;

import java.io.Serializable;
import java.util.List;

/**
 * What an executor tells of itself.
 *
 * @param executor Spark's name of it, a number; {@code driver} where tasks run in the driver
 * @param host as Spark knows it
 * @param address host and port of its block manager, which no two executors share
 * @param platform by JavaCPP's name, e.g. {@code linux-x86_64}
 * @param java version
 * @param instructions the newest set that oneDNN's kernels use there, e.g. {@code avx512_core_amx}; empty without it
 * @param fastBfloat16 whether they have bfloat16
 * @param threadsSet {@code OMP_NUM_THREADS} there; empty if it isn't set
 * @param threads on how many ND4J computes a task; 0 without ND4J
 * @param heap limit in bytes
 * @param offHeap JavaCPP's limit in bytes; 0 for none
 * @param process JavaCPP's limit of the whole process in bytes; 0 for none
 * @param machine memory of the machine or container in bytes
 * @param unloaded the native libraries that it hasn't
 */
public record WorkerReport(String executor, String host, String address, String platform, String java,
    String instructions, boolean fastBfloat16, String threadsSet, int threads, long heap, long offHeap, long process,
    long machine, List<Unloaded> unloaded) implements Serializable {

  /** What natives are for. */
  public enum Natives {
    ND4J("ND4J"), ENGINE("oneDNN"), DECODER("OpenCV");

    private final String printed;

    Natives(String printed) {
      this.printed = printed;
    }

    /** The library's name. */
    public String printed() {
      return printed;
    }
  }

  /** A native library that can't be loaded, and why: one sentence or half of one. */
  public record Unloaded(Natives natives, String reason) implements Serializable {}

  /** Whether a library is there. */
  public boolean has(Natives natives) {
    return unloaded.stream().noneMatch(missing -> missing.natives() == natives);
  }
}
