package org.resnet4j.benchmarks.worker;

/** How a contender computes. */
public enum Method {
  /** {@code ComputationGraph.output} without layer helpers: Deeplearning4j as it comes. */
  DL4J,
  /** {@code ComputationGraph.output} with layer helpers. */
  DL4J_HELPERS,
  /** {@code OneDnn.compile(graph, options).output}. */
  ENGINE,
  /** ONNX Runtime from Java, all graph optimisations. */
  ONNX_RUNTIME,
  /** A PyTorch module as it is. */
  TORCH_EAGER,
  /** {@code torch.jit.trace}, {@code freeze}, {@code optimize_for_inference}. */
  TORCH_JIT,
  /** {@code torch.jit.trace}, {@code freeze}, with {@code torch.jit.enable_onednn_fusion}: oneDNN's graph compiler. */
  TORCH_JIT_ONEDNN,
  /** {@code torch.compile} with Inductor's freezing. */
  TORCH_COMPILE;

  /** Whether PyTorch does the work. */
  public boolean torch() {
    return this == TORCH_EAGER || this == TORCH_JIT || this == TORCH_JIT_ONEDNN || this == TORCH_COMPILE;
  }
}
