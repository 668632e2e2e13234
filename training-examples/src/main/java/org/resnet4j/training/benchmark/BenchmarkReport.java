package org.resnet4j.training.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What was measured and on what.
 *
 * @param model the network's name or file
 * @param input an image's shape, as the network takes it
 * @param cpu the processor's name
 * @param instructions that oneDNN's kernels are made of; empty if none were measured
 * @param versions of what computed, by name
 * @param measurements rows of the table
 * @param baseline the engine that others are compared with
 * @param peakMemoryBytes the most that the process held; 0 if unknown
 * @param otherPrograms the share of the processor's time that they took meanwhile, 0 to 1
 */
@JsonNaming(SnakeCaseStrategy.class)
public record BenchmarkReport(String model, List<Long> input, String cpu, String instructions,
                              Map<String, String> versions, List<Measurement> measurements, String baseline,
                              long peakMemoryBytes, double otherPrograms) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  /** From here on they slow the measured one down by more than it varies by itself. */
  private static final double MANY_OTHERS = 0.1;
  private static final double MEBI = 1 << 20;
  private static final String END = System.lineSeparator();

  /** The same with what another process measured, whose memory counts if it was more. */
  public BenchmarkReport with(BenchmarkReport other) {
    return new BenchmarkReport(model, input, cpu, instructions, versions,
        Stream.of(measurements, other.measurements).flatMap(List::stream).toList(), baseline,
        Math.max(peakMemoryBytes, other.peakMemoryBytes), Math.max(otherPrograms, other.otherPrograms));
  }

  /** A table for people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(model).append(", images of ")
        .append(input.stream().map(String::valueOf).collect(Collectors.joining(" x "))).append(END)
        .append(cpu).append(instructions.isEmpty() ? "" : ", kernels for " + instructions).append(END)
        .append(versions.entrySet().stream().map(version -> version.getKey() + " " + version.getValue())
            .collect(Collectors.joining(", "))).append(END);
    boolean compared = measurements.stream().anyMatch(m -> !m.engine().equals(baseline) && speedUp(m).isPresent());
    text.append(String.format("%n%5s  %7s  %-6s  %-9s  %8s  %8s  %8s  %8s  %6s  %7s%s%n", "batch", "threads", "engine",
        "precision", "images/s", "p50 ms", "p90 ms", "p99 ms", "calls", "ready s", compared ? "  speed-up" : ""));
    for (Measurement m : measurements) {
      text.append(String.format(Locale.ROOT, "%5d  %7d  %-6s  %-9s  %8.1f  %8s  %8s  %8s  %6d  %7.2f%s%n", m.batch(),
          m.threads(), m.engine(), m.precision(), m.imagesPerSecond(), milliseconds(m.p50Ms()), milliseconds(m.p90Ms()),
          milliseconds(m.p99Ms()), m.calls(), m.readySeconds(),
          speedUp(m).filter(x -> compared).map(x -> String.format(Locale.ROOT, "  %8.1f", x)).orElse("")));
    }
    if (peakMemoryBytes > 0) {
      text.append(String.format(Locale.ROOT, "%nPeak memory of the process: %.0f MB", peakMemoryBytes / MEBI));
    }
    if (otherPrograms >= MANY_OTHERS) {
      text.append(String.format(Locale.ROOT, "%nOther programs took %.0f %% of the processor's time meanwhile: on an idle"
          + " machine all of this is faster.", 100 * otherPrograms));
    }
    return text.toString().stripTrailing();
  }

  /** Three digits or more: a small net's call takes less than a millisecond. */
  private static String milliseconds(double value) {
    return String.format(Locale.ROOT, value < 1 ? "%.3f" : value < 100 ? "%.2f" : "%.0f", value);
  }

  /** How many times as fast as the baseline, on as large a batch and with as many threads. */
  private Optional<Double> speedUp(Measurement m) {
    return measurements.stream()
        .filter(b -> b.engine().equals(baseline) && b.batch() == m.batch() && b.threads() == m.threads())
        .findFirst().map(b -> m.imagesPerSecond() / b.imagesPerSecond());
  }

  /** The measurements for programs, named as in {@link #json}. */
  public String csv() {
    List<String> lines = new ArrayList<>();
    for (JsonNode row : JSON.<JsonNode>valueToTree(measurements)) {
      if (lines.isEmpty()) {
        lines.add(String.join(",", (Iterable<String>) row::fieldNames));
      }
      lines.add(StreamSupport.stream(row.spliterator(), false).map(JsonNode::asText).collect(Collectors.joining(",")));
    }
    return String.join(END, lines);
  }

  /** All of it for programs. */
  public String json() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of numbers and names is always JSON", e);
    }
  }

  /**
   * Reads what {@link #json} gave.
   *
   * @throws JsonProcessingException if it is something else
   */
  public static BenchmarkReport parse(String json) throws JsonProcessingException {
    return JSON.readValue(json, BenchmarkReport.class);
  }
}
