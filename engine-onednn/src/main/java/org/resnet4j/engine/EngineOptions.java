package org.resnet4j.engine;

import org.bytedeco.dnnl.memory;
import org.resnet4j.engine.plan.Cpu;

/**
 * How a network is compiled.
 *
 * @param precision of what lies between input and output
 * @param threads that one call computes with; 0 for as many as OpenMP gives (OMP_NUM_THREADS, else every core)
 */
public record EngineOptions(Precision precision, int threads) {
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
    return new EngineOptions(Precision.FLOAT32, 0);
  }

  public EngineOptions withPrecision(Precision precision) {
    return new EngineOptions(precision, threads);
  }

  public EngineOptions withThreads(int threads) {
    return new EngineOptions(precision, threads);
  }

  /** Of what lies between input and output, here. */
  memory.data_type type() {
    return precision == Precision.BFLOAT16 || precision == Precision.AUTO && Cpu.hasFastBfloat16()
        ? memory.data_type.bf16 : memory.data_type.f32;
  }
}
