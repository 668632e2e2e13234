package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * (input - mean) / sqrt(variance + epsilon) * gamma + beta along axis 1 of [N, C, H, W] or [N, C], of which gamma and
 * beta train while the statistics stay as they are.
 *
 * @param gamma [C]
 * @param beta [C]
 * @param mean [C]
 * @param variance [C]
 */
public record RunningNorm(Value input, Value output, Constant gamma, Constant beta, Constant mean, Constant variance,
    double epsilon) implements Unary {
  private static final int FLAGS = dnnl_use_scale | dnnl_use_shift | dnnl_use_global_stats;

  @Override
  public List<Constant> constants() {
    return List.of(gamma, beta, mean, variance);
  }

  @Override
  public void forward(Emitter emitter) {
    run(emitter);
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Run run = run(emitter);
    tape.record(output, () -> run.backward(emitter, tape, this));
  }

  private Run run(Emitter emitter) {
    Tensor given = emitter.tensor(input);
    if (given.rank() != 2 && given.rank() != 4 || given.size(1) != gamma.length()) {
      throw emitter.wrong("[N, " + gamma.length() + ", H, W] or [N, " + gamma.length() + "]", given);
    }
    long[] shape = given.rank() == 4 ? given.shape() : new long[] {given.size(0), given.size(1), 1, 1};
    Tensor x = emitter.in(Reshape.reshaped(emitter, given, shape), Descs.channelsLast(shape, emitter.type()));
    batch_normalization_forward.primitive_desc description = new batch_normalization_forward.primitive_desc(
        emitter.engine(), prop_kind.forward_training.value, x.desc(), x.desc(), (float) epsilon, FLAGS,
        emitter.attributes(), false);
    Tensor y = emitter.allocate(x.desc());
    emitter.run(description, new batch_normalization_forward(description), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_MEAN,
        constant(emitter, mean), DNNL_ARG_VARIANCE, constant(emitter, variance), DNNL_ARG_SCALE,
        constant(emitter, gamma), DNNL_ARG_SHIFT, constant(emitter, beta), DNNL_ARG_DST, y));
    emitter.give(output, Reshape.reshaped(emitter, y, given.shape()));
    return new Run(x, given.shape(), description);
  }

  private memory.desc channels() {
    return Descs.plain(new long[] {gamma.length()}, Emitter.f32());
  }

  private Tensor constant(Emitter emitter, Constant constant) {
    return emitter.constant(constant, channels());
  }

  /**
   * What the backward pass needs of the forward pass.
   *
   * @param x channels last
   * @param shape of the input as it was given
   */
  private record Run(Tensor x, long[] shape, batch_normalization_forward.primitive_desc forward) {
    void backward(Emitter emitter, Tape tape, RunningNorm norm) {
      Tensor dy = emitter.in(Reshape.reshaped(emitter, tape.take(norm.output), x.shape()), x.desc());
      batch_normalization_backward.primitive_desc description = new batch_normalization_backward.primitive_desc(
          emitter.engine(), prop_kind.backward.value, x.desc(), x.desc(), x.desc(), (float) norm.epsilon, FLAGS,
          forward, emitter.attributes(), false);
      Tensor dx = tape.owns(dy) ? dy : emitter.allocate(x.desc());
      tape.parameters(norm.gamma, norm.channels(), norm.beta, norm.channels(), (dGamma, dBeta) ->
          emitter.run(description, new batch_normalization_backward(description), Map.of(DNNL_ARG_SRC, x,
              DNNL_ARG_MEAN, norm.constant(emitter, norm.mean), DNNL_ARG_VARIANCE,
              norm.constant(emitter, norm.variance), DNNL_ARG_SCALE, norm.constant(emitter, norm.gamma),
              DNNL_ARG_DIFF_DST, dy, DNNL_ARG_DIFF_SRC, dx, DNNL_ARG_DIFF_SCALE, dGamma, DNNL_ARG_DIFF_SHIFT,
              dBeta)));
      tape.put(norm.input, Reshape.reshaped(emitter, dx, shape));
    }
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }
}
