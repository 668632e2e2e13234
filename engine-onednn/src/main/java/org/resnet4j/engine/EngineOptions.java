package org.resnet4j.engine;

import org.bytedeco.dnnl.memory;
import org.resnet4j.engine.plan.Cpu;

/**
 * How a network is compiled.
 *
 * @param precision of what lies between input and output
 * @param threads that one call computes with; 0 for as many as OpenMP gives (OMP_NUM_THREADS, else every core)
 * @param recompute whether training computes activations again in its backward pass instead of keeping them: less
 *     memory, a forward pass more
 */
public record EngineOptions(Precision precision, int threads, boolean recompute) {
  public EngineOptions {
    if (precision == null) {
      throw new IllegalArgumentException("precision: expected one of " + java.util.Arrays.toString(Precision.values())
          + ", found null");
    }
    if (threads < 0) {
      throw new IllegalArgumentException("threads: expected 0 or more, found " + threads);
    }
  }

  /** float32 on every core. */
  public static EngineOptions standard() {
    return new EngineOptions(Precision.FLOAT32, 0, false);
  }

  public EngineOptions withPrecision(Precision precision) {
    return new EngineOptions(precision, threads, recompute);
  }

  public EngineOptions withThreads(int threads) {
    return new EngineOptions(precision, threads, recompute);
  }

  /** With or without activations being computed again in training's backward pass. */
  public EngineOptions withRecompute(boolean recompute) {
    return new EngineOptions(precision, threads, recompute);
  }

  /** Of what lies between input and output, here. */
  memory.data_type type() {
    return precision == Precision.BFLOAT16 || precision == Precision.AUTO && Cpu.hasFastBfloat16()
        ? memory.data_type.bf16 : memory.data_type.f32;
  }
}
