package org.resnet4j.benchmarks.worker;

import java.util.Map;

/**
 * A contender's work on a network in memory, which is done again and again. What it takes to have a result as an array
 * isn't measured.
 */
interface Computation extends AutoCloseable {
  /** Whatever precedes the first call; lazy compilation may be left to that. */
  void compile() throws Exception;

  /** Once the {@link Job} on a batch. */
  void call() throws Exception;

  /** What shows whether the work is right: probabilities [batch, classes] of the last call, or losses of the first. */
  float[] values() throws Exception;

  /** Of what computes. */
  Map<String, String> versions();

  /** A task's contender, loaded. */
  static Computation load(WorkerTask task) throws Exception {
    return switch (task.job()) {
      case INFERENCE -> inference(task);
      case TRAINING -> new Training(task);
    };
  }

  private static Computation inference(WorkerTask task) throws Exception {
    return switch (task.method()) {
      case DL4J, DL4J_HELPERS -> new Dl4jInference(task);
      case ENGINE -> new EngineInference(task);
      case ONNX_RUNTIME -> new OnnxRuntimeInference(task);
      default -> throw new IllegalArgumentException(task.method() + " doesn't run in Java");
    };
  }
}
