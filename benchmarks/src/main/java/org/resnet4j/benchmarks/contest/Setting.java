package org.resnet4j.benchmarks.contest;

import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.Pipeline;

/**
 * What all contenders do at the same time.
 *
 * @param model of the zoo
 * @param pipeline of training; off in inference
 */
record Setting(Job job, String model, int batch, Threads threads, Pipeline pipeline) {
  /** As in results: {@code resnet50 b8 t1}, {@code train resnet50 b8 t1}, {@code train resnet50 b8 t1 pipeline}. */
  String label() {
    return (job == Job.TRAINING ? "train " : "") + model + " b" + batch + " t" + threads.label()
        + (pipeline == Pipeline.ON ? " pipeline" : "");
  }
}
