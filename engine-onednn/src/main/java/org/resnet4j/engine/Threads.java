package org.resnet4j.engine;

import java.util.function.Supplier;
import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many OpenMP threads work is done with. The number is the calling thread's own, and one for ND4J and oneDNN: their
 * libraries share one OpenMP.
 */
final class Threads {
  private final int count;

  /**
   * @param count 0 leaves the number as it is
   */
  Threads(int count) {
    this.count = count;
  }

  /** Does work with that many threads; the calling thread has its own number again afterwards. */
  <T> T with(Supplier<T> work) {
    int before = count == 0 ? 0 : openMp().ompGetMaxThreads();
    if (before == count) {
      return work.get();
    }
    openMp().setOmpNumThreads(count);
    try {
      return work.get();
    } finally {
      openMp().setOmpNumThreads(before);
    }
  }

  private static Nd4jCpu openMp() {
    return (Nd4jCpu) NativeOpsHolder.getInstance().getDeviceNativeOps();
  }
}
