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
      assertEquals(simulated, ANALYTIC.round(costs, plan).total(), 0.1 * simulated, plan.toString());
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

  /** As SparkSteps sums: 5 of 102 MB, 2 of 204 MB, 32 of 1 MB in one place. */
  @Test
  void groupsFitTheDriver() {
    assertEquals(List.of(200, 40, 8, 2), Example.ofNetwork(25_610_152, 0, 1000).levels(Averaging.GRADIENTS));
    assertEquals(List.of(2), Example.ofNetwork(25_610_152, 25_557_032, 3).levels(Averaging.PARAMETERS));
    assertEquals(List.of(), Example.ofNetwork(25_610_152, 0, 5).levels(Averaging.GRADIENTS));
    assertEquals(List.of(2), Example.ofNetwork(275_000, 0, 33).levels(Averaging.GRADIENTS));
    assertEquals(33, Example.ofNetwork(275_000, 0, 33 * 32).levels(Averaging.GRADIENTS).get(0));
  }

  @ParameterizedTest
  @ValueSource(longs = {25_000_000, 130_000_000})
  void twoOfTheLargestResultsAreTooMuch(long values) {
    Memory memory = Memory.of(Example.ofNetwork(values, values, 64), Averaging.PARAMETERS);
    assertEquals(values > 100_000_000, memory.tooMuch());
    assertEquals(2 * 4 * 2 * values, memory.collected());
  }

  @Test
  void gradientsAreNotKept() {
    assertThrows(ScalingException.class, () -> new Plan(Averaging.GRADIENTS, 2, 8));
    assertThrows(ScalingException.class, () -> Plan.parameters(0, 8));
    assertThrows(ScalingException.class, () -> Plan.gradients(0));
  }
}
