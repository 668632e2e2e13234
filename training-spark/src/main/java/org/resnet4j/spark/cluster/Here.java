package org.resnet4j.spark.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.spark.SparkEnv;

/** The process that it is asked in, as messages name it. */
public final class Here {
  private static final String DRIVER = "driver";

  private Here() {}

  /** Such as {@code executor 3 on node7}; {@code the driver on node1}, where tasks of {@code local[N]} run, too. */
  public static String name() {
    SparkEnv spark = SparkEnv.get();
    return spark == null || spark.executorId().equals(DRIVER) ? "the driver on " + host()
        : "executor " + spark.executorId() + " on " + spark.blockManager().blockManagerId().host();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "this machine";
    }
  }
}
