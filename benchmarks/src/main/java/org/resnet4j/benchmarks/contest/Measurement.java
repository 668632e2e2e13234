package org.resnet4j.benchmarks.contest;

import java.util.Map;
import org.resnet4j.benchmarks.worker.Variant;

/**
 * One contender's figures in one setting.
 *
 * @param variant the fastest of those tried
 * @param batch images a call
 * @param peakBytes the process's largest resident size; 0 where the system doesn't tell
 * @param startSeconds from the process's start to its first result
 * @param compileSeconds from the network in memory to its first result
 * @param deviation largest distance of its results from Deeplearning4j's, as a part of that's largest value
 * @param versions of what computed
 */
record Measurement(Contender contender, Variant variant, int batch, Rounds rounds, long peakBytes,
    double startSeconds, double compileSeconds, double deviation, Map<String, String> versions) {
  /** In the best round. */
  double imagesPerSecond() {
    return batch * rounds.bestRate();
  }
}
