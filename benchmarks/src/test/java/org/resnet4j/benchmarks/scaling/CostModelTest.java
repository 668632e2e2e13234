package org.resnet4j.benchmarks.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both models, by their limits and by one another. */
class CostModelTest {
  private static final CostModel ANALYTIC = new AnalyticModel();
  private static final CostModel SIMULATION = new Simulation(4, 1);

  static List<CostModel> models() {
    return List.of(ANALYTIC, SIMULATION);
  }

  @ParameterizedTest
  @CsvSource({"1,10", "2,1", "4,10", "8,1", "8,100", "32,10", "64,1", "64,25", "250,1", "250,10", "1000,25"})
  void paperAndSimulationAgree(int workers, double gigabits) {
    Costs costs = Example.costs(workers, gigabits);
    for (Plan plan : Example.plans()) {
      double simulated = SIMULATION.round(costs, plan).total();
      assertEquals(simulated, ANALYTIC.round(costs, plan).total(), 0.13 * simulated, plan.toString());
    }
  }

  /** Where nothing is shared and nothing varies they are the same. */
  @Test
  void ofOneSteadyWorkerTheyAreEqual() {
    Costs costs = Example.steady(1, 10);
    for (Plan plan : Example.plans()) {
      RoundTime simulated = SIMULATION.round(costs, plan);
      assertEquals(simulated.total(), ANALYTIC.round(costs, plan).total(), 1e-9);
      assertTrue(simulated.total() > plan.every() * costs.kind().step(plan.images()));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void whereNothingElseTakesTimeNothingIsLost(CostModel model) {
    for (Plan plan : Example.plans()) {
      assertEquals(1, model.efficiency(Example.free(200), plan), 1e-6);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void manySteadyStepsOutweighARound(CostModel model) {
    Costs costs = Example.steady(64, 10);
    double before = 0;
    for (int every : new int[] {1, 10, 100, 4000}) {
      double share = model.efficiency(costs, Plan.parameters(every, 32));
      assertTrue(share > before, every + " steps: " + share);
      before = share;
    }
    assertEquals(1, before, 0.003);
  }

  @ParameterizedTest
  @MethodSource("models")
  void moreBandwidthAndFewerWorkersAreFaster(CostModel model) {
    for (Plan plan : Example.plans()) {
      assertTrue(model.round(Example.steady(64, 10), plan).total() < model.round(Example.steady(64, 1), plan).total());
      assertTrue(model.round(Example.steady(8, 10), plan).total() < model.round(Example.steady(64, 10), plan).total());
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void whoSharesCoresComputesLonger(CostModel model) {
    Costs alone = Example.steady(4, 10);
    Costs shared = new Costs(alone.network(), alone.host(), alone.spark(), alone.kind(),
        new Cluster(4, alone.cluster().link(), 2));
    Plan plan = Plan.parameters(16, 32);
    assertEquals(2 * model.round(alone, plan).compute(), model.round(shared, plan).compute(), 1e-6);
  }

  @Test
  void fourWorkersOfOneThreadOnTwoCoresShareThem() {
    Measured measured = Example.measured();
    Measured.Host two = new Measured.Host(2, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assertEquals(2, Cluster.loopback(4, measured.checks().get(0), two).sharing());
    assertEquals(1, Cluster.loopback(1, measured.checks().get(0), two).sharing());
  }

  @Test
  void theSeedIsAllThatIsDrawn() {
    Costs costs = Example.costs(16, 10);
    Plan plan = Plan.parameters(4, 32);
    assertEquals(new Simulation(3, 7).round(costs, plan), new Simulation(3, 7).round(costs, plan));
    assertNotEquals(new Simulation(3, 7).round(costs, plan), new Simulation(3, 8).round(costs, plan));
    assertThrows(ScalingException.class, () -> new Simulation(0, 7));
  }

  /** {@code RoundSize}: 64 MiB in all are the driver's to add up; a shuffle is no use to one worker. */
  @ParameterizedTest
  @CsvSource({"1,25610152,false", "2,25610152,true", "60,275000,false", "61,275100,true", "64,262144,false"})
  void whatIsTooMuchForTheDriverIsCutIntoSlices(int workers, long values, boolean sliced) {
    assertEquals(sliced, Example.ofNetwork(values, 0, workers).sliced(Averaging.GRADIENTS));
  }

  /** Each sends and receives what a result is, but for its own slice. */
  @Test
  void onASlowNetworkASliceIsATransfer() {
    Costs costs = Example.costs(8, 1e-3);
    assertEquals(costs.transfer(Averaging.GRADIENTS) * 7 / 8, costs.slice(Averaging.GRADIENTS),
        0.001 * costs.slice(Averaging.GRADIENTS));
  }

  /** Blocks are as many as workers, where they are written and where they are read. */
  @Test
  void blocksOfAShuffleTakeTheirTime() {
    Costs with = Example.steady(1000, 100);
    Costs without = new Costs(with.network(), with.host(), new Measured.Spark(with.spark().stage(),
        with.spark().task(), with.spark().fetch(), 0), with.kind(), with.cluster());
    for (CostModel model : models()) {
      RoundTime one = model.round(with, Plan.gradients(8));
      RoundTime other = model.round(without, Plan.gradients(8));
      assertEquals(1000 * with.spark().block(), one.compute() - other.compute(), 1e-9);
      assertEquals(1000 * with.spark().block(), one.gather() - other.gather(), 1e-9);
    }
  }

  /** All are there at once, and the link is slow: each follows the one before. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 20})
  void theDriversLinkTakesOneResultAfterTheOther(int results) {
    Costs costs = Example.costs(results, 0.1);
    double all = (costs.sliced(Averaging.GRADIENTS) ? 1 : results) * costs.transfer(Averaging.GRADIENTS);
    assertEquals(all, Simulation.received(new double[results], costs, Averaging.GRADIENTS), 0.02 * all);
  }

  @Test
  void lateResultsAreWaitedFor() {
    Costs costs = Example.costs(2, 10);
    assertEquals(100 + costs.receiveAlone(Averaging.GRADIENTS),
        Simulation.received(new double[] {100, 3}, costs, Averaging.GRADIENTS), 1e-9);
  }

  @Test
  void gradientsAreNotKept() {
    assertThrows(ScalingException.class, () -> new Plan(Averaging.GRADIENTS, 2, 8));
    assertThrows(ScalingException.class, () -> Plan.parameters(0, 8));
    assertThrows(ScalingException.class, () -> Plan.gradients(0));
  }
}
