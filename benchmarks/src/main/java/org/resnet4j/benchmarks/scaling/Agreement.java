package org.resnet4j.benchmarks.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Model beside what was measured, and the models beside each other, in Markdown. */
final class Agreement {
  private final Measured measured;
  private final CostModel analytic;
  private final CostModel simulated;

  Agreement(Measured measured, CostModel analytic, CostModel simulated) {
    this.measured = measured;
    this.analytic = analytic;
    this.simulated = simulated;
  }

  /** A table for each of the checks; a sentence if there are none. */
  String withMeasured() {
    if (measured.checks().isEmpty()) {
      return "No runs were measured to set beside this.\n";
    }
    StringBuilder text = new StringBuilder();
    for (Measured.Check check : measured.checks()) {
      text.append(check.network().name()).append(", ").append(check.worker().name()).append(". ")
          .append(check.worker().origin()).append("\n\n").append(MarkdownTable.of(
          List.of("workers", "averaged", "images of a worker's step", "seconds a round, measured", "by simulation",
              "on paper", "simulation / measured"),
          check.runs().stream().map(run -> row(check, run)).toList()));
    }
    return text.toString();
  }

  private List<String> row(Measured.Check check, Measured.Run run) {
    Costs costs = costs(check, run);
    double predicted = simulated.round(costs, run.plan()).total();
    return List.of("" + run.workers(),
        run.averaging() == Averaging.GRADIENTS ? "gradients" : "parameters, k = " + run.every(), "" + run.images(),
        milli(run.seconds()), milli(predicted), milli(analytic.round(costs, run.plan()).total()),
        String.format(Locale.ROOT, "%.2f", predicted / run.seconds()));
  }

  private Costs costs(Measured.Check check, Measured.Run run) {
    return new Costs(check.network(), measured.host(), measured.spark(), check.worker(),
        Cluster.loopback(run.workers(), check, measured.host()));
  }

  private static String milli(double seconds) {
    return String.format(Locale.ROOT, "%.3f", seconds);
  }

  /** How far the simulation is from paper over all clusters that the tables are about. */
  String ofModels(Prospects prospects) {
    List<Double> ratios = new ArrayList<>();
    for (Measured.WorkerKind kind : measured.workers()) {
      for (int workers : prospects.numbers()) {
        int images = Advice.images(workers, kind.mostImages());
        for (double gigabits : Prospects.GIGABITS) {
          Costs costs = prospects.costs(kind, workers, gigabits);
          for (Plan plan : List.of(Plan.gradients(images), Plan.parameters(Prospects.USUAL_EVERY, images))) {
            ratios.add(simulated.round(costs, plan).total() / analytic.round(costs, plan).total());
          }
        }
      }
    }
    return String.format(Locale.ROOT, "A simulated round takes %.2f to %.2f times what it does on paper (mean %.2f, %d"
        + " clusters).%n", ratios.stream().mapToDouble(r -> r).min().orElseThrow(),
        ratios.stream().mapToDouble(r -> r).max().orElseThrow(),
        ratios.stream().mapToDouble(r -> r).average().orElseThrow(), ratios.size());
  }
}
