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
    double gathered = costs.levels(averaging).isEmpty() ? Collecting.end(times, costs, averaging)
        : tree(costs, averaging, computed);
    return new RoundTime(sent, computed - sent, gathered - computed, costs.update(averaging));
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

  /** @param begin when the last worker finished */
  private static double tree(Costs costs, Averaging averaging, double begin) {
    double[] ready = new double[costs.collected(averaging)];
    for (int i = 0; i < ready.length; i++) {
      ready[i] = begin + costs.tree(averaging) - (ready.length - 1 - i) * costs.spark().task();
    }
    return Collecting.end(ready, costs, averaging);
  }
}
