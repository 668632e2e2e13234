package org.resnet4j.spark.training;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.resnet4j.spark.cluster.ClusterException;

class RoundSizeTest {
  private static final long MIB = 1L << 20;
  /** ResNet-50's gradients, of ten workers. */
  private static final RoundSize ROUND = new RoundSize(10, 100 * MIB);

  private static void refused(String sentence, SparkConf conf, long heap) {
    assertEquals(sentence, assertThrows(ClusterException.class, () -> ROUND.check(conf, heap)).getMessage());
  }

  @Test
  void theHeapIsChecked() {
    SparkConf conf = new SparkConf(false);
    assertDoesNotThrow(() -> ROUND.check(conf, 596 * MIB));
    refused("Memory of the driver: the results of a round, 100 MB in all, need 596 MB; found 512 MB (this"
        + " process's heap); give --driver-memory 656m, or take fewer workers.", conf, 512 * MIB);
  }

  @Test
  void aLimitOfTheUsersIsChecked() {
    refused("Memory of the driver: the results of a round, 100 MB in all, need 100 MB; found 90 MB"
        + " (spark.driver.maxResultSize); leave it out, or give --conf spark.driver.maxResultSize=110m.",
        new SparkConf(false).set("spark.driver.maxResultSize", "90m"), 8192 * MIB);
    assertDoesNotThrow(
        () -> ROUND.check(new SparkConf(false).set("spark.driver.maxResultSize", "0"), 8192 * MIB));
  }

  @Test
  void whatIsTooMuchForTheDriverIsAddedUpByWorkers() {
    assertEquals(1, new RoundSize(60, MIB).slices());
    assertEquals(65, new RoundSize(65, MIB).slices());
    assertEquals(1, new RoundSize(1, 60 * MIB).slices());
  }
}
