package org.resnet4j.benchmarks.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpreadTest {
  private static final int DRAWS = 20_000;

  @ParameterizedTest
  @CsvSource({"2,0.1", "8,0.1", "8,0.5", "100,0.05", "100,0.3"})
  void theSlowestIsAsSlowAsDrawn(int workers, double sigma) {
    Spread spread = new Spread(2, sigma);
    SplittableRandom random = new SplittableRandom(3);
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      double slowest = 0;
      for (int j = 0; j < workers; j++) {
        slowest = Math.max(slowest, spread.at(random.nextGaussian()));
      }
      sum += slowest;
    }
    assertEquals(sum / DRAWS, spread.slowest(workers), 0.01 * spread.slowest(workers));
    assertTrue(spread.slowest(workers) > spread.mean());
  }

  @Test
  void ranksAreAsDrawn() {
    int workers = 10;
    Spread spread = new Spread(1, 0.2);
    SplittableRandom random = new SplittableRandom(4);
    double[] sums = new double[workers];
    for (int i = 0; i < DRAWS; i++) {
      double[] sorted = random.doubles(workers).map(d -> spread.at(random.nextGaussian())).sorted().toArray();
      Arrays.setAll(sums, j -> sums[j] + sorted[j]);
    }
    for (int n = 1; n <= workers; n++) {
      assertEquals(sums[n - 1] / DRAWS, spread.ranked(n, workers), 0.02, "of rank " + n);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 50})
  void theSumOfStepsHasTheirMeanAndDeviation(int steps) {
    Measured.WorkerKind kind =
        new Measured.WorkerKind("", "", 1, 0.3, 0.1, Example.measured().workers().get(0).steps());
    Spread whole = Spread.of(kind, 0.5, steps);
    SplittableRandom random = new SplittableRandom(5);
    double[] logs = new double[DRAWS];
    double mean = 0;
    for (int i = 0; i < DRAWS; i++) {
      double sum = 0;
      for (int j = 0; j < steps; j++) {
        sum += new Spread(0.5, 0.3).at(random.nextGaussian());
      }
      sum *= new Spread(1, 0.1).at(random.nextGaussian());
      mean += sum / DRAWS;
      logs[i] = Math.log(sum);
    }
    double centre = Arrays.stream(logs).average().orElseThrow();
    double sigma = Math.sqrt(Arrays.stream(logs).map(l -> (l - centre) * (l - centre)).average().orElseThrow());
    assertEquals(mean, whole.mean(), 0.01 * mean);
    assertEquals(sigma, whole.sigma(), 0.03 * sigma);
  }

  @Test
  void withoutSpreadAllAreAlike() {
    assertEquals(3, new Spread(3, 0).slowest(1000));
    assertEquals(3, new Spread(3, 0).ranked(1, 1000));
  }
}
