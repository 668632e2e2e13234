package org.resnet4j.engine.node;

import java.util.List;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.post_ops;

/**
 * A function of each element, as oneDNN's eltwise primitive and post-op compute it.
 *
 * @param alpha as in oneDNN's table of algorithms
 * @param beta the same
 */
public record Eltwise(algorithm algorithm, float alpha, float beta) {
  public static final Eltwise RELU = new Eltwise(org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_relu, 0, 0);

  /** factor * x + offset. */
  public static Eltwise linear(double factor, double offset) {
    return new Eltwise(org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_linear, (float) factor, (float) offset);
  }

  /** Functions one after the other, behind a primitive's own result. */
  static post_ops append(post_ops operations, List<Eltwise> functions) {
    functions.forEach(function -> operations.append_eltwise(function.algorithm, function.alpha, function.beta));
    return operations;
  }

  /** As training needs it: with the gradient made from the output, which is kept anyway, where that can be. */
  algorithm forTraining() {
    return switch (algorithm) {
      case eltwise_relu ->
          alpha >= 0 ? org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_relu_use_dst_for_bwd : algorithm;
      case eltwise_elu -> alpha >= 0 ? org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_elu_use_dst_for_bwd : algorithm;
      case eltwise_tanh -> org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_tanh_use_dst_for_bwd;
      case eltwise_logistic -> org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_logistic_use_dst_for_bwd;
      case eltwise_exp -> org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_exp_use_dst_for_bwd;
      case eltwise_sqrt -> org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_sqrt_use_dst_for_bwd;
      default -> algorithm;
    };
  }

  boolean usesOutput() {
    return forTraining() != algorithm;
  }

  /** Whether what comes out is never negative. */
  boolean isRelu() {
    return algorithm == org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_relu && alpha == 0;
  }
}
