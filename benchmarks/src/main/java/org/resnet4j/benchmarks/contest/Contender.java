package org.resnet4j.benchmarks.contest;

import static org.resnet4j.benchmarks.worker.NumberType.BF16;
import static org.resnet4j.benchmarks.worker.NumberType.F32;
import static org.resnet4j.benchmarks.worker.NumberType.INT8;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.Method;
import org.resnet4j.benchmarks.worker.NumberType;
import org.resnet4j.benchmarks.worker.Variant;

/** Who takes part: a way to compute, in a number type. */
enum Contender {
  DL4J("dl4j", Method.DL4J, F32),
  DL4J_HELPERS("dl4j-helpers", Method.DL4J_HELPERS, F32),
  ENGINE_F32("engine-f32", Method.ENGINE, F32),
  ENGINE_BF16("engine-bf16", Method.ENGINE, BF16),
  ONNXRUNTIME_F32("onnxruntime-f32", Method.ONNX_RUNTIME, F32),
  ONNXRUNTIME_INT8("onnxruntime-int8", Method.ONNX_RUNTIME, INT8, Variant.U8S8, Variant.S8S8),
  TORCH_EAGER_F32("torch-eager-f32", Method.TORCH_EAGER, F32, Variant.CONTIGUOUS, Variant.CHANNELS_LAST),
  TORCH_EAGER_BF16("torch-eager-bf16", Method.TORCH_EAGER, BF16, Variant.CHANNELS_LAST),
  TORCH_JIT_F32("torch-jit-f32", Method.TORCH_JIT, F32, Variant.CONTIGUOUS, Variant.CHANNELS_LAST),
  TORCH_JIT_BF16("torch-jit-bf16", Method.TORCH_JIT, BF16, Variant.CHANNELS_LAST),
  TORCH_JIT_ONEDNN_F32("torch-jit-onednn-f32", Method.TORCH_JIT_ONEDNN, F32, Variant.CONTIGUOUS,
      Variant.CHANNELS_LAST),
  TORCH_JIT_ONEDNN_BF16("torch-jit-onednn-bf16", Method.TORCH_JIT_ONEDNN, BF16, Variant.CHANNELS_LAST),
  TORCH_COMPILE_F32("torch-compile-f32", Method.TORCH_COMPILE, F32, Variant.CONTIGUOUS, Variant.CHANNELS_LAST),
  TORCH_COMPILE_BF16("torch-compile-bf16", Method.TORCH_COMPILE, BF16, Variant.CHANNELS_LAST);

  private final String label;
  private final Method method;
  private final NumberType type;
  private final List<Variant> variants;

  Contender(String label, Method method, NumberType type, Variant... variants) {
    this.label = label;
    this.method = method;
    this.type = type;
    this.variants = variants.length == 0 ? List.of(Variant.ONLY) : List.of(variants);
  }

  /** The name in options and results. */
  String label() {
    return label;
  }

  Method method() {
    return method;
  }

  NumberType type() {
    return type;
  }

  /** The settings to try, of which the fastest takes part. */
  List<Variant> variants() {
    return variants;
  }

  /** Whether it is our engine. */
  boolean engine() {
    return method == Method.ENGINE;
  }

  /** Whether it takes part in such a contest. */
  boolean does(Job job) {
    return method.does(job);
  }

  /** Whether it or its model needs Python. */
  boolean needsPython() {
    return method.torch() || type == INT8;
  }

  /**
   * Whether a ratio of this engine to the other is fair: the same number type; and bfloat16 against int8, which is the
   * cheapest that others have.
   */
  boolean measuresAgainst(Contender other) {
    return engine() && !other.engine() && (type == other.type || type == BF16 && other.type == INT8);
  }

  /** @throws IllegalArgumentException that lists the names */
  static Contender named(String label) {
    return Arrays.stream(values()).filter(contender -> contender.label.equals(label)).findFirst().orElseThrow(
        () -> new IllegalArgumentException("no contender is named \"" + label + "\"; there are " + names()));
  }

  /** All labels. */
  static String names() {
    return Arrays.stream(values()).map(Contender::label).collect(Collectors.joining(", "));
  }
}
