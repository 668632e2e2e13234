package org.resnet4j.training.data;

import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J's arrays of batches, used again where that is allowed: the memory of a new one, of tens of megabytes, comes from
 * the system page by page, which takes as long as decoding a tenth of its images. Safe for many threads.
 */
final class BatchArrays {
  private final long[] reused;
  private final ConcurrentLinkedQueue<INDArray> spare = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  /** @param reused the shape of arrays that {@link #giveBack} keeps for {@link #copyOf}; empty: of none */
  BatchArrays(long... reused) {
    this.reused = reused;
  }

  /** The first values as an array of the shape, float32, in c order. */
  INDArray copyOf(float[] values, long[] shape) {
    INDArray given = Arrays.equals(shape, reused) ? spare.poll() : null;
    INDArray array = given != null ? given : Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    // Copied at once: ND4J's own factory takes twice as long.
    new FloatPointer(array.data().pointer()).put(values, 0, Math.toIntExact(array.length()));
    Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
    return array;
  }

  /** Of an array that nobody uses any more. */
  void giveBack(INDArray array) {
    if (Arrays.equals(array.shape(), reused)) {
      spare.add(array);
    } else {
      array.close();
    }
    if (closed) {
      close();
    }
  }

  /** Frees what is kept, and what is given back from here on. */
  void close() {
    closed = true;
    for (INDArray array; (array = spare.poll()) != null; ) {
      array.close();
    }
  }
}
