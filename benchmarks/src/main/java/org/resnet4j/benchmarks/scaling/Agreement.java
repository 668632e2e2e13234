package org.resnet4j.benchmarks.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

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
    return measured.checks().stream().map(check -> check.network().name() + ". " + check.origin() + "\n\n"
        + MarkdownTable.of(List.of("workers", "averaged", "images of a worker's step", "seconds a round, measured",
            "by simulation", "on paper", "simulation / measured", "share of an engine alone, measured",
            "by simulation"), check.runs().stream().map(run -> row(check, run)).toList()))
        .collect(Collectors.joining("\n"));
  }

  private List<String> row(Measured.Check check, Measured.Run run) {
    Costs costs = costs(check, run);
    double predicted = simulated.round(costs, run.plan()).total();
    double images = (double) run.k() * run.imagesPerWorkerStep();
    return List.of("" + run.workers(),
        run.mode() == Averaging.GRADIENTS ? "gradients" : "parameters, k = " + run.k(), "" + run.imagesPerWorkerStep(),
        milli(run.secondsPerRound()), milli(predicted), milli(analytic.round(costs, run.plan()).total()),
        String.format(Locale.ROOT, "%.2f", predicted / run.secondsPerRound()), Prospects.percent(run.ratio()),
        Prospects.percent(images / predicted / run.aloneImagesPerSecond()));
  }

  /** A step is as long as the engine's alone was, which shared its cores as well. */
  private Costs costs(Measured.Check check, Measured.Run run) {
    Cluster cluster = Cluster.loopback(run.workers(), check, measured.host());
    double step = run.imagesPerWorkerStep() / run.aloneImagesPerSecond() / cluster.sharing();
    return new Costs(check.network(), measured.host(), measured.spark(),
        new Measured.WorkerKind(check.network().name(), check.origin(), run.imagesPerWorkerStep(), check.stepSpread(),
            check.roundSpread(), List.of(new Measured.Step(run.imagesPerWorkerStep(), step))), cluster);
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
