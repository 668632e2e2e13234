package org.resnet4j.benchmarks.scaling;

/**
 * Where the seconds of a round go, one after the other.
 *
 * @param send until the last worker has the state in its network
 * @param compute until the slowest worker has taken its steps and packed what came out
 * @param gather until the driver has all of it, or the sums of all slices
 * @param driver adding up or putting together, and updating
 */
public record RoundTime(double send, double compute, double gather, double driver) {
  double total() {
    return send + compute + gather + driver;
  }

  RoundTime plus(RoundTime other) {
    return new RoundTime(send + other.send, compute + other.compute, gather + other.gather, driver + other.driver);
  }

  RoundTime over(int rounds) {
    return new RoundTime(send / rounds, compute / rounds, gather / rounds, driver / rounds);
  }
}
