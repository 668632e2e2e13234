package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reduction;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/** A combination in training that isn't a sum of two arrays of one shape. */
record GeneralCombination(Combination combination, Emitter emitter, Tape tape) {
  void emit() {
    Value output = combination.output();
    combination.then(List.of(), output).forward(emitter);
    Tensor combined = emitter.tensor(output);
    Tensor y = combined;
    for (Eltwise function : combination.activation()) {
      y = Elementwise.applied(emitter, function, y);
    }
    if (y != combined) {
      emitter.give(output, y);
    }
    Tensor last = y;
    tape.record(output, () -> {
      Tensor dy = emitter.in(tape.take(output), last.desc());
      for (Eltwise function : combination.activation()) {
        dy = Elementwise.backward(emitter, tape, function, null, last, dy);
      }
      backward(dy);
    });
  }

  private void backward(Tensor dy) {
    Tensor a = ranked(combination.left(), dy);
    Tensor b = ranked(combination.right(), dy);
    switch (combination.kind()) {
      case ADD -> gradients(dy, dy);
      case SUBTRACT -> gradients(dy, tape.wants(combination.right()) ? negative(dy) : dy);
      case MULTIPLY -> gradients(combined(algorithm.binary_mul, dy, b), combined(algorithm.binary_mul, dy, a));
      case DIVIDE -> {
        Tensor quotient = combined(algorithm.binary_div, dy, b);
        Tensor product = combined(algorithm.binary_mul, quotient, a);
        gradients(quotient, negative(combined(algorithm.binary_div, product, b)));
      }
      case MAXIMUM -> chosen(algorithm.binary_ge, a, b, dy);
      case MINIMUM -> chosen(algorithm.binary_le, a, b, dy);
      // A step has no slope anywhere.
      case GREATER, AT_LEAST -> { }
    }
  }

  /** Of equal elements the left one gets the gradient. */
  private void chosen(algorithm comparison, Tensor a, Tensor b, Tensor dy) {
    Tensor taken = combined(comparison, Combination.full(emitter, a, dy, dy.shape()), b);
    Tensor left = combined(algorithm.binary_mul, dy, taken);
    gradients(left, combined(algorithm.binary_sub, dy, left));
  }

  private Tensor ranked(Value value, Tensor like) {
    return Align.aligned(emitter, emitter.tensor(value), like.rank());
  }

  private Tensor combined(algorithm function, Tensor full, Tensor other) {
    return combined(emitter, function, full, other);
  }

  /** A function of a tensor and another, which is repeated along axes of size 1. */
  static Tensor combined(Emitter emitter, algorithm function, Tensor full, Tensor other) {
    return new Binary(emitter, function, full.type(), List.of(), Binary.Target.NEW).of(full, other);
  }

  private Tensor negative(Tensor x) {
    return Elementwise.applied(emitter, Eltwise.linear(-1, 0), x);
  }

  private void gradients(Tensor left, Tensor right) {
    tape.share(List.of(combination.left()), summed(left, emitter.tensor(combination.left())));
    tape.share(List.of(combination.right()), summed(right, emitter.tensor(combination.right())));
  }

  /** Summed along the axes on which the input was repeated. */
  private Tensor summed(Tensor gradient, Tensor input) {
    long[] shape = Align.shape(input, gradient.rank());
    Tensor sum = Layouts.ordinary(emitter, gradient);
    if (!Arrays.equals(shape, gradient.shape())) {
      memory.desc desc = Descs.plain(shape, gradient.type());
      reduction.primitive_desc description = new reduction.primitive_desc(emitter.engine(), algorithm.reduction_sum,
          sum.desc(), desc, 0, 0, emitter.attributes(), false);
      Tensor terms = sum;
      sum = emitter.allocate(desc);
      emitter.run(description, new reduction(description), Map.of(DNNL_ARG_SRC, terms, DNNL_ARG_DST, sum));
    }
    return input.rank() == gradient.rank() ? sum : Reshape.reshaped(emitter, sum, input.shape());
  }
}
