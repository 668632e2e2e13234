package org.resnet4j.engine;

/** The number type that a compiled network computes in; inputs and outputs are float32 always. */
public enum Precision {
  /** Equal to DL4J within 1e-4 of the largest output. */
  FLOAT32,
  /** 8 bits of significand between layers, sums in float32. */
  BFLOAT16,
  /** {@link #BFLOAT16} where the CPU has kernels for it (AVX512-BF16, AMX, AVX2-VNNI-2), else {@link #FLOAT32}. */
  AUTO
}
