package org.resnet4j.benchmarks.worker;

import java.util.Map;

/**
 * A contender with its network and a batch of images in memory. The network's own framework's value is a call's result:
 * what it takes to have it as an array isn't measured.
 */
interface Inference extends AutoCloseable {
  /** Whatever precedes the first call; lazy compilation may be left to that. */
  void compile() throws Exception;

  /** Softmax probabilities of the batch. */
  void call() throws Exception;

  /** The last call's [batch, classes]. */
  float[] values() throws Exception;

  /** Of what computes. */
  Map<String, String> versions();

  /** A task's contender, loaded. */
  static Inference load(WorkerTask task) throws Exception {
    return switch (task.method()) {
      case DL4J, DL4J_HELPERS -> new Dl4jInference(task);
      case ENGINE -> new EngineInference(task);
      case ONNX_RUNTIME -> new OnnxRuntimeInference(task);
      default -> throw new IllegalArgumentException(task.method() + " doesn't run in Java");
    };
  }
}
