package org.resnet4j.training.cli;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.FastComputationGraph;

/** What the time of a training step goes to: the fastest steps of a phase's largest batches. */
final class StepProfile {
  private static final String REST = "loss, updater and all else, by Deeplearning4j";
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private final FastComputationGraph graph;
  private int images;
  private double seconds;
  private Map<String, Long> nanoseconds = Map.of();

  /** Measures from now on. */
  StepProfile(FastComputationGraph graph) {
    this.graph = graph;
    graph.profile();
  }

  /** After each step, since the engine tells of the batch size used last. */
  void step(int images, double seconds) {
    if (images >= this.images) {
      this.seconds = images > this.images ? seconds : Math.min(seconds, this.seconds);
      this.images = images;
      nanoseconds = graph.profiled();
    }
  }

  /** A line for the step, and one for each kind of work, the longest first. */
  String table(String phase) {
    Map<String, Double> kinds = new TreeMap<>();
    nanoseconds.forEach((kind, time) -> kinds.put(kind, time / NANOS));
    double engine = kinds.values().stream().mapToDouble(Double::doubleValue).sum();
    // Each kind's fastest run may be of another step: their sum can be below the fastest step, and above it by chance.
    kinds.put(REST, Math.max(0, seconds - engine));
    double all = Math.max(seconds, engine);
    StringBuilder table = new StringBuilder(String.format(Locale.ROOT,
        "Time of a step of %d images in phase %s: %.1f ms%n", images, phase, MILLIS * all));
    kinds.entrySet().stream().sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(kind -> table.append(String.format(Locale.ROOT, "%6.1f %%  %9.2f ms  %s%n",
            100 * kind.getValue() / all, MILLIS * kind.getValue(), kind.getKey())));
    return table.toString();
  }
}
