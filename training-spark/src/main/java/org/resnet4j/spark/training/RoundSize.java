package org.resnet4j.spark.training;

import java.util.Locale;
import org.apache.spark.SparkConf;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.training.cli.ExitCode;

/**
 * What a round brings to the driver. It is counted before the first one: where a result finds no room, the thread of
 * Spark's that received it dies, and the job would be waited for without end.
 *
 * @param bytes of one worker's result: parameters, and the updater's state where it is averaged
 */
record RoundSize(int workers, long bytes) {
  private static final String LIMIT = "spark.driver.maxResultSize";
  /** A shuffle costs a stage, and is worth it beyond. */
  private static final long ADDED_UP_BY_DRIVER = 64L << 20;
  /** The state that is sent, as arrays and as bytes, and the sum. */
  private static final int HELD = 3;
  /** Spark's own, of a driver without work. */
  private static final long SPARK = 96L << 20;

  /** Into how many parts results are cut, each to be added up by a worker; 1 if the driver does it. */
  int slices() {
    return workers * bytes > ADDED_UP_BY_DRIVER ? workers : 1;
  }

  private long collected() {
    return slices() == 1 ? workers * bytes : bytes;
  }

  /** What the driver's heap has to hold, in bytes: results are received as bytes, too. */
  long heap() {
    return SPARK + 2 * collected() + HELD * bytes;
  }

  /**
   * Checks the limits of this process.
   *
   * @param heap this process's limit, in bytes
   * @throws ClusterException if a round's results go beyond
   */
  void check(SparkConf conf, long heap) {
    if (heap() > heap) {
      throw refused(heap(), "this process's heap", heap, "give --driver-memory " + megabytes(heap() + heap() / 10)
          + "m, or take fewer workers.");
    }
    long limit = conf.getSizeAsBytes(LIMIT, "0");
    if (limit > 0 && collected() > limit) {
      throw refused(collected(), LIMIT, limit, "leave it out, or give --conf " + LIMIT + "="
          + megabytes(collected() + collected() / 10) + "m.");
    }
  }

  private ClusterException refused(long needed, String where, long found, String advice) {
    return new ClusterException(ExitCode.FAILURE, String.format(Locale.ROOT, "Memory of the driver: the results of"
        + " a round, %,d MB in all, need %,d MB; found %,d MB (%s); %s", megabytes(collected()), megabytes(needed),
        found >> 20, where, advice));
  }

  private static long megabytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }
}
