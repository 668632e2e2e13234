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
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fuse_norm_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import java.nio.FloatBuffer;
import java.util.HashMap;
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
 * Batch normalisation in training: by the batch's own mean and variance along axis 1, of [N, C, H, W] or [N, C].
 *
 * <p>The running statistics have "gradients" in DL4J, which its updater subtracts: (1 - decay) * (running - batch).
 *
 * @param gamma [C]
 * @param beta [C]
 * @param mean running, [C]
 * @param spread running: the variance, or log10 of the standard deviation, [C]
 * @param logarithm whether it is the latter
 * @param decay the running statistics' share of the old value
 * @param relu whether max(0, x) follows
 */
public record BatchNorm(Value input, Value output, Constant gamma, Constant beta, Constant mean, Constant spread,
    boolean logarithm, double decay, double epsilon, boolean relu) implements Unary {
  private static final double LN10 = Math.log(10);

  @Override
  public List<Constant> constants() {
    return List.of(gamma, beta, mean, spread);
  }

  BatchNorm thenRelu(Value output) {
    return new BatchNorm(input, output, gamma, beta, mean, spread, logarithm, decay, epsilon, true);
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  @Override
  public void forward(Emitter emitter) {
    throw new IllegalStateException("vertex " + emitter.node() + ": batch statistics are training's");
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor given = emitter.tensor(input);
    if (given.rank() != 2 && given.rank() != 4 || given.size(1) != gamma.length()) {
      throw emitter.wrong("[N, " + gamma.length() + ", H, W] or [N, " + gamma.length() + "]", given);
    }
    long[] shape = given.rank() == 4 ? given.shape() : new long[] {given.size(0), given.size(1), 1, 1};
    Tensor x = given.rank() == 4 ? given : Reshape.reshaped(emitter, given, shape);
    x = emitter.in(x, Descs.channelsLast(shape, emitter.type()));
    Tensor y = normalised(emitter, tape, x, given.shape());
    emitter.give(output, given.rank() == 4 ? y : Reshape.reshaped(emitter, y, given.shape()));
  }

  private Tensor normalised(Emitter emitter, Tape tape, Tensor x, long[] shape) {
    int flags = dnnl_use_scale | dnnl_use_shift | (relu ? dnnl_fuse_norm_relu : 0);
    memory.desc channels = new memory.desc(new long[] {gamma.length()}, Emitter.f32(), memory.format_tag.x);
    batch_normalization_forward.primitive_desc forward = new batch_normalization_forward.primitive_desc(
        emitter.engine(), prop_kind.forward_training.value, x.desc(), x.desc(), (float) epsilon, flags,
        emitter.attributes(), false);
    Tensor batchMean = emitter.allocate(channels);
    Tensor batchVariance = emitter.allocate(channels);
    Tensor y = emitter.allocate(x.desc());
    Tensor scale = emitter.constant(gamma, channels);
    Map<Integer, Tensor> arguments = new HashMap<>(Map.of(DNNL_ARG_SRC, x, DNNL_ARG_MEAN, batchMean,
        DNNL_ARG_VARIANCE, batchVariance, DNNL_ARG_SCALE, scale, DNNL_ARG_SHIFT, emitter.constant(beta, channels),
        DNNL_ARG_DST, y));
    Tensor signs = relu ? emitter.allocate(forward.workspace_desc()) : null;
    if (relu) {
      arguments.put(DNNL_ARG_WORKSPACE, signs);
    }
    emitter.run(forward, new batch_normalization_forward(forward), arguments);
    tape.record(output, () -> {
      Tensor given = tape.take(output);
      Tensor dy = emitter.in(given.rank() == 4 ? given : Reshape.reshaped(emitter, given, x.shape()), x.desc());
      batch_normalization_backward.primitive_desc backward = new batch_normalization_backward.primitive_desc(
          emitter.engine(), prop_kind.backward.value, x.desc(), x.desc(), x.desc(), (float) epsilon, flags, forward,
          emitter.attributes(), false);
      Tensor dx = tape.owns(dy) ? dy : emitter.allocate(x.desc());
      Map<Integer, Tensor> back = new HashMap<>(Map.of(DNNL_ARG_SRC, x, DNNL_ARG_MEAN, batchMean, DNNL_ARG_VARIANCE,
          batchVariance, DNNL_ARG_SCALE, scale, DNNL_ARG_DIFF_DST, dy, DNNL_ARG_DIFF_SRC, dx));
      if (relu) {
        back.put(DNNL_ARG_WORKSPACE, signs);
      }
      tape.parameters(gamma, channels, beta, channels, (dGamma, dBeta) -> {
        back.put(DNNL_ARG_DIFF_SCALE, dGamma);
        back.put(DNNL_ARG_DIFF_SHIFT, dBeta);
        emitter.run(backward, new batch_normalization_backward(backward), back);
      });
      running(emitter, tape, channels, batchMean, batchVariance);
      tape.put(input, shape.length == 4 ? dx : Reshape.reshaped(emitter, dx, shape));
    });
    return y;
  }

  private void running(Emitter emitter, Tape tape, memory.desc channels, Tensor batchMean, Tensor batchVariance) {
    float share = (float) (1 - decay);
    tape.parameter(mean, channels, change -> emitter.call(List.of(emitter.constant(mean, channels), batchMean), change,
        (inputs, output) -> {
          for (int i = 0; i < output.limit(); i++) {
            output.put(i, share * (inputs.get(0).get(i) - inputs.get(1).get(i)));
          }
        }));
    tape.parameter(spread, channels, change -> emitter.call(List.of(emitter.constant(spread, channels), batchVariance),
        change, (inputs, output) -> spreadChange(inputs.get(0), inputs.get(1), output)));
  }

  private void spreadChange(FloatBuffer running, FloatBuffer batch, FloatBuffer change) {
    for (int i = 0; i < change.limit(); i++) {
      if (logarithm) {
        double before = Math.pow(10, 2.0 * running.get(i));
        double after = decay * before + (1 - decay) * batch.get(i);
        change.put(i, (float) (Math.log(before / after) / (2 * LN10)));
      } else {
        change.put(i, (float) (1 - decay) * (running.get(i) - batch.get(i)));
      }
    }
  }
}
