package org.resnet4j.benchmarks.worker;

/** How a contender computes. */
public enum Method {
  /** {@code ComputationGraph.output} or {@code fit} without layer helpers: Deeplearning4j as it comes. */
  DL4J,
  /** The same with layer helpers. */
  DL4J_HELPERS,
  /** {@code OneDnn.compile(graph, options).output}, {@code OneDnn.wrap(graph, options).fit}. */
  ENGINE,
  /** ONNX Runtime from Java, all graph optimisations. */
  ONNX_RUNTIME,
  /** A PyTorch module as it is. */
  TORCH_EAGER,
  /** {@code torch.jit.trace}, {@code freeze}, {@code optimize_for_inference}. */
  TORCH_JIT,
  /** {@code torch.jit.trace}, {@code freeze}, with {@code torch.jit.enable_onednn_fusion}: oneDNN's graph compiler. */
  TORCH_JIT_ONEDNN,
  /** {@code torch.compile}, in inference with Inductor's freezing. */
  TORCH_COMPILE;

  /** Whether it is able to do that. */
  public boolean does(Job job) {
    return switch (this) {
      case DL4J, DL4J_HELPERS, ENGINE, TORCH_EAGER, TORCH_COMPILE -> true;
      case ONNX_RUNTIME, TORCH_JIT, TORCH_JIT_ONEDNN -> job == Job.INFERENCE;
    };
  }

  /** Whether PyTorch does the work. */
  public boolean torch() {
    return this == TORCH_EAGER || this == TORCH_JIT || this == TORCH_JIT_ONEDNN || this == TORCH_COMPILE;
  }
}
