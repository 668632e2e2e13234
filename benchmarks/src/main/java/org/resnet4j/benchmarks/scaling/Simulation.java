package org.resnet4j.benchmarks.scaling;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.resnet4j.benchmarks.scaling.Measured.Spark;

/**
 * Rounds drawn at random: each worker's steps, whom it asks for which block of a broadcast, and who waits for the
 * driver's link.
 *
 * @param rounds of which the mean is taken
 * @param seed the same one gives the same times
 */
record Simulation(int rounds, long seed) implements CostModel {
  /** @throws ScalingException if there is not one round */
  Simulation {
    if (rounds < 1) {
      throw new ScalingException("--rounds: expected one or more, found " + rounds + ".");
    }
  }

  @Override
  public RoundTime round(Costs costs, Plan plan) {
    SplittableRandom random = new SplittableRandom(seed);
    RoundTime sum = new RoundTime(0, 0, 0, 0);
    for (int i = 0; i < rounds; i++) {
      sum = sum.plus(one(costs, plan, random.split()));
    }
    return sum.over(rounds);
  }

  private static RoundTime one(Costs costs, Plan plan, SplittableRandom random) {
    Averaging averaging = plan.averaging();
    Spark spark = costs.spark();
    double[] times = new double[costs.cluster().workers()];
    for (int i = 0; i < times.length; i++) {
      times[i] = costs.pack(averaging) + spark.stage() + (i + 1) * spark.task();
    }
    times = Torrent.arrivals(times, costs, averaging, random);
    double sent = Arrays.stream(times).max().orElseThrow() + costs.install(averaging);
    for (int i = 0; i < times.length; i++) {
      times[i] += costs.install(averaging) + computed(costs, plan, random) + costs.result(averaging);
    }
    double computed = Arrays.stream(times).max().orElseThrow();
    if (costs.sliced(averaging)) {
      Arrays.setAll(times, i -> computed + spark.stage() + (i + 1) * spark.task() + costs.slice(averaging));
    }
    return new RoundTime(sent, computed - sent, received(times, costs, averaging) - computed,
        costs.update(averaging));
  }

  /** Seconds of one worker's steps. */
  private static double computed(Costs costs, Plan plan, SplittableRandom random) {
    Spread step = new Spread(costs.step(plan), costs.kind().stepSpread());
    double sum = 0;
    for (int i = 0; i < plan.every(); i++) {
      sum += step.at(random.nextGaussian());
    }
    return new Spread(sum, costs.kind().roundSpread()).at(random.nextGaussian());
  }

  /**
   * When the driver has the last.
   *
   * @param ready when each result, or sum of a slice, can be fetched, in seconds
   */
  static double received(double[] ready, Costs costs, Averaging averaging) {
    double end = 0;
    double free = 0;
    for (double time : Arrays.stream(ready).sorted().toArray()) {
      double begin = Math.max(time, free);
      free = begin + costs.receive(averaging);
      end = begin + costs.receiveAlone(averaging);
    }
    return end;
  }
}
