package org.resnet4j.benchmarks.contest;

import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.resnet4j.benchmarks.worker.Recipe;
import org.resnet4j.benchmarks.worker.Variant;

/** The contest as Markdown: conditions, versions, a table for each setting, ratios. */
final class MarkdownReport {
  private static final double MEGABYTE = 1e6;

  private final Conditions conditions;
  private final List<HeatResult> results;

  MarkdownReport(Conditions conditions, List<HeatResult> results) {
    this.conditions = conditions;
    this.results = results;
  }

  /** @param plot the picture's file name */
  String text(String plot) {
    List<String> lines = new ArrayList<>();
    lines.add("# " + (switch (conditions.job()) {
      case INFERENCE -> "Inference";
      case TRAINING -> "Training";
    }) + ": contenders in turns");
    lines.add("");
    lines.addAll(conditionLines());
    lines.addAll(versionLines());
    lines.add("![Images per second](" + plot + ")");
    for (HeatResult result : results) {
      lines.add("");
      lines.add("## " + result.setting().label());
      lines.add("");
      lines.addAll(table(result));
    }
    lines.add("");
    lines.add("## Ratios");
    lines.add("");
    lines.add("Images per second of the first by those of the second, each in its best round.");
    lines.add("");
    lines.add("```");
    lines.addAll(Ratios.lines(results));
    lines.add("```");
    return String.join("\n", lines) + "\n";
  }

  private List<String> conditionLines() {
    Machine machine = conditions.machine();
    Pace pace = conditions.pace();
    return List.of(
        "- Processor: " + machine.processor() + ", " + machine.cores() + " cores",
        "- Instruction sets: " + (machine.flags().isEmpty() ? "unknown" : String.join(" ", machine.flags())),
        "- System: " + System.getProperty("os.name") + " " + System.getProperty("os.version"),
        "- Load averages: " + conditions.loadBefore() + " before, " + conditions.loadAfter()
            + " after (the contest's own work counts)",
        "- Commit: " + conditions.commit(),
        "- Started: " + conditions.started().truncatedTo(ChronoUnit.SECONDS).format(DateTimeFormatter.ISO_DATE_TIME),
        String.format(Locale.ROOT, "- %d rounds in turns, each of at least %.1f s after at least %.1f s of warm-up;"
            + " t%s is every core that may be used (%d)", pace.rounds(), pace.roundSeconds(), pace.warmUpSeconds(),
            Threads.ALL, machine.cores()),
        "- images/s: the best round. Latencies: all calls of all rounds. Peak memory: the process's largest resident"
            + " size. Start: from the process's start to its first result. Compile: from the network in memory to its"
            + " first result. Deviation: of " + (switch (conditions.job()) {
              case INFERENCE -> "the output from stock Deeplearning4j's, as a part of its largest value.";
              case TRAINING -> trained();
            }),
        "");
  }

  private static String trained() {
    Recipe recipe = Recipe.LARGE;
    return String.format(Locale.ROOT, "the losses of the first %d steps from stock Deeplearning4j's, as parts of its.\n"
        + "- A call is a step: forward pass with the batch's statistics, softmax cross-entropy, backward pass, weight"
        + " decay, update. Stochastic gradient descent: rate %s (%s for images of 32 x 32), momentum %s, weight decay"
        + " %.4f but for biases and norms.\n", recipe.checkedSteps(), recipe.learningRate(),
        Recipe.SMALL.learningRate(), recipe.momentum(), recipe.weightDecay())
        + "- With the pipeline, as many workers as threads decode files (PNG of 32 x 32, else JPEG of 500 x 375), crop,"
        + " mirror and normalise them while the step before is computed: threads, in PyTorch the processes of its"
        + " DataLoader, whose memory isn't counted. Without it all steps are on one batch in memory.";
  }

  private List<String> versionLines() {
    Map<String, String> versions = new TreeMap<>();
    for (HeatResult result : results) {
      for (Measurement measurement : result.measurements()) {
        StringJoiner joined = new StringJoiner(", ");
        new TreeMap<>(measurement.versions()).forEach((name, version) -> joined.add(name + " " + version));
        versions.put(measurement.contender().label(), joined.toString());
      }
    }
    List<String> lines = new ArrayList<>(List.of("| Contender | Versions |", "|---|---|"));
    versions.forEach((label, version) -> lines.add("| `" + label + "` | " + version + " |"));
    lines.add("");
    return lines;
  }

  /** A setting's table, and a sentence for each contender that isn't in it. */
  static List<String> table(HeatResult result) {
    List<String> lines = new ArrayList<>(List.of(
        "| Contender | images/s | Best ms | p50 ms | p99 ms | Peak MB | Start s | Compile s | Deviation | Variant |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|"));
    for (Measurement m : result.measurements()) {
      lines.add(String.format(Locale.ROOT, "| `%s` | %s | %s | %s | %s | %s | %.1f | %.2f | %.0e | %s |",
          m.contender().label(), significant(m.imagesPerSecond()), significant(m.rounds().percentile(0)),
          significant(m.rounds().percentile(50)), significant(m.rounds().percentile(99)),
          m.peakBytes() > 0 ? String.format(Locale.ROOT, "%.0f", m.peakBytes() / MEGABYTE) : "-",
          m.startSeconds(), m.compileSeconds(), m.deviation(),
          m.variant() == Variant.ONLY ? "" : m.variant().label()));
    }
    new TreeMap<>(result.failures()).forEach((contender, failure) -> {
      lines.add("");
      lines.add("`" + contender.label() + "` is out: " + failure.reason().replace("\n", " "));
    });
    return lines;
  }

  /** Three digits, or all before the point. */
  static String significant(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
