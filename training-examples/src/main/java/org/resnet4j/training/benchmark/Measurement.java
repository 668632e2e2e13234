package org.resnet4j.training.benchmark;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * What one contender did on one batch size, after calls that warm up.
 *
 * @param threads that a call computes with
 * @param imagesPerSecond over all calls
 * @param p50Ms milliseconds that half of the calls took at most
 * @param p90Ms and nine of ten
 * @param p99Ms and 99 of 100
 * @param calls that were measured
 * @param readySeconds from the graph to the first output: compiling, and a call that finds nothing warm
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonPropertyOrder({"batch", "threads", "engine", "precision", "imagesPerSecond", "p50Ms", "p90Ms", "p99Ms", "calls",
    "readySeconds"})
public record Measurement(int batch, int threads, String engine, String precision, double imagesPerSecond, double p50Ms,
                          double p90Ms, double p99Ms, int calls, double readySeconds) {
  static Measurement of(int batch, int threads, Contender contender, Latencies latencies, double readySeconds) {
    return new Measurement(batch, threads, contender.engine(), contender.precision(),
        rounded(batch * latencies.callsPerSecond()), rounded(latencies.percentile(50)),
        rounded(latencies.percentile(90)), rounded(latencies.percentile(99)), latencies.calls(), rounded(readySeconds));
  }

  /** To thousandths, beyond which is noise. */
  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
