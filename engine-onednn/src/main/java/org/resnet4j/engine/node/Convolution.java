package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * A convolution of [N, C, H, W], and what can be computed while its result is still in registers: activation(input *
 * weight + bias + addend).
 *
 * @param weight [C', C / groups, kernel height, kernel width]
 * @param bias [C'], or null
 * @param addend of the output's shape, or null
 */
public record Convolution(Value input, Value output, Constant weight, Constant bias, long channels, int groups,
    Window window, Value addend, List<Eltwise> activation) implements Node {
  public Convolution {
    activation = List.copyOf(activation);
  }

  @Override
  public List<Value> inputs() {
    return addend == null ? List.of(input) : List.of(input, addend);
  }

  @Override
  public List<Constant> constants() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }

  Convolution with(Constant weight, Constant bias, Value output) {
    return new Convolution(input, output, weight, bias, channels, groups, window, addend, activation);
  }

  Convolution plus(Value addend, Value output) {
    return new Convolution(input, output, weight, bias, channels, groups, window, addend, activation);
  }

  Convolution then(List<Eltwise> activation, Value output) {
    return new Convolution(input, output, weight, bias, channels, groups, window, addend, activation);
  }

  Convolution on(Value input, Window window) {
    return new Convolution(input, output, weight, bias, channels, groups, window, addend, activation);
  }

  private long inputChannels() {
    return weight.length() / channels / window.kernel()[0] / window.kernel()[1] * groups;
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() != 4 || x.size(1) != inputChannels()) {
      throw emitter.wrong("images of " + inputChannels() + " channels", x);
    }
    Window.Placement placement = window.on(x.size(2), x.size(3));
    if (placement.empty()) {
      throw emitter.wrong("images of at least the window's size", x);
    }
    long[] shape = {x.size(0), channels, placement.size()[0], placement.size()[1]};
    memory.data_type type = emitter.type(output);
    Tensor sum = addend == null ? null : emitter.tensor(addend);
    if (sum != null && !Arrays.equals(sum.shape(), shape)) {
      apart(emitter);
      return;
    }
    boolean inPlace = sum != null && emitter.ends(sum) && sum.type() == type;

    memory.desc kept = emitter.narrow() ? Descs.channelsLast(x.shape(), emitter.type()) : x.desc();
    memory.desc target = inPlace ? sum.desc()
        : emitter.narrow() ? Descs.channelsLast(shape, type) : Descs.any(shape, type);
    convolution_forward.primitive_desc description =
        describe(emitter, kept, target, placement, sum == null || inPlace ? null : sum.desc(), inPlace);
    if (description == null || slow(description)) {
      // The layout that the input has doesn't suit: a copy to one that does is cheaper than a slow kernel.
      convolution_forward.primitive_desc other = describe(emitter, Descs.any(x.shape(), emitter.type()),
          inPlace ? target : Descs.any(shape, type), placement, sum == null || inPlace ? null : sum.desc(), inPlace);
      description = description == null || other != null && !slow(other) ? other : description;
    }
    if (description == null) {
      throw new IllegalStateException("vertex " + emitter.node() + ": oneDNN has no kernel for this convolution");
    }
    Map<Integer, Tensor> arguments = new HashMap<>();
    arguments.put(DNNL_ARG_SRC, emitter.in(x, description.src_desc()));
    arguments.put(DNNL_ARG_WEIGHTS, emitter.constant(weight, description.weights_desc()));
    if (bias != null) {
      arguments.put(DNNL_ARG_BIAS, emitter.constant(bias, description.bias_desc()));
    }
    if (sum != null && !inPlace) {
      arguments.put(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1, sum);
    }
    Tensor y = inPlace ? sum : emitter.allocate(description.dst_desc());
    arguments.put(DNNL_ARG_DST, y);
    emitter.run(description, new convolution_forward(description), arguments);
    emitter.give(output, y);
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor given = emitter.tensor(input);
    if (given.rank() != 4 || given.size(1) != inputChannels()) {
      throw emitter.wrong("images of " + inputChannels() + " channels", given);
    }
    Window.Placement placement = window.on(given.size(2), given.size(3));
    if (placement.empty()) {
      throw emitter.wrong("images of at least the window's size", given);
    }
    Tensor x = emitter.in(given, Descs.channelsLast(given.shape(), emitter.type()));
    memory.desc target = Descs.channelsLast(
        new long[] {x.size(0), channels, placement.size()[0], placement.size()[1]}, emitter.type());
    new Training(emitter, tape, placement, x, target).emit();
  }

  /** The convolution forward and backward. */
  private final class Training {
    private final Emitter emitter;
    private final Tape tape;
    private final Window.Placement placement;
    private final Tensor x;
    private final memory.desc target;
    private final memory.desc biases = new memory.desc(new long[] {channels}, Emitter.f32(), memory.format_tag.x);

    Training(Emitter emitter, Tape tape, Window.Placement placement, Tensor x, memory.desc target) {
      this.emitter = emitter;
      this.tape = tape;
      this.placement = placement;
      this.x = x;
      this.target = target;
    }

    void emit() {
      memory.desc weights = Descs.any(weightShape(), emitter.type());
      convolution_forward.primitive_desc forward = bias == null
          ? new convolution_forward.primitive_desc(emitter.engine(), prop_kind.forward_training,
              algorithm.convolution_direct, x.desc(), weights, target, window.strides(), window.dilations(),
              placement.before(), placement.after(), emitter.attributes(), false)
          : new convolution_forward.primitive_desc(emitter.engine(), prop_kind.forward_training,
              algorithm.convolution_direct, x.desc(), weights, biases, target, window.strides(), window.dilations(),
              placement.before(), placement.after(), emitter.attributes(), false);
      Map<Integer, Tensor> arguments = new HashMap<>(Map.of(DNNL_ARG_SRC, x, DNNL_ARG_WEIGHTS,
          emitter.constant(weight, forward.weights_desc())));
      if (bias != null) {
        arguments.put(DNNL_ARG_BIAS, emitter.constant(bias, biases));
      }
      Tensor y = emitter.allocate(target);
      arguments.put(DNNL_ARG_DST, y);
      emitter.run(forward, new convolution_forward(forward), arguments);
      emitter.give(output, y);
      tape.record(output, () -> {
        Tensor dy = emitter.in(tape.take(output), target);
        if (tape.wants(input)) {
          inputGradient(forward, dy);
        }
        if (weight.isTrained()) {
          weightGradients(forward, dy);
        }
      });
    }

    private void inputGradient(convolution_forward.primitive_desc forward, Tensor dy) {
      convolution_backward_data.primitive_desc description = new convolution_backward_data.primitive_desc(
          emitter.engine(), algorithm.convolution_direct, x.desc(), Descs.any(weightShape(), emitter.type()),
          target, window.strides(), window.dilations(), placement.before(), placement.after(), forward,
          emitter.attributes(), false);
      tape.give(input, x.desc(), dx -> emitter.run(description, new convolution_backward_data(description),
          Map.of(DNNL_ARG_DIFF_DST, dy, DNNL_ARG_WEIGHTS, emitter.constant(weight, description.weights_desc()),
              DNNL_ARG_DIFF_SRC, dx)));
    }

    /** The weights' gradient as a product over all pixels: faster than the convolution's, and it lies as the network wants it. */
    private void product(Tensor dy) {
      long in = inputChannels();
      Tensor seen = subsampled();
      long pixels = seen.size(0) * seen.size(2) * seen.size(3);
      memory.desc left = new memory.desc(new long[] {channels, pixels}, emitter.type(), new long[] {1, channels});
      memory.desc right = new memory.desc(new long[] {pixels, in}, emitter.type(), new long[] {in, 1});
      memory.desc result = Descs.plain(new long[] {channels, in}, Emitter.f32());
      matmul.primitive_desc description = new matmul.primitive_desc(emitter.engine(), left, right, result,
          emitter.attributes(), false);
      tape.parameter(weight, Descs.plain(weightShape(), Emitter.f32()), gradient -> emitter.run(description,
          new matmul(description), Map.of(DNNL_ARG_SRC, dy.as(left), DNNL_ARG_WEIGHTS, seen.as(right),
              DNNL_ARG_DST, gradient.as(result))));
    }

    /** The pixels that the windows are at. */
    private Tensor subsampled() {
      int[] stride = window.stride();
      if (stride[0] == 1 && stride[1] == 1) {
        return x;
      }
      long[] shape = {x.size(0), x.size(1), placement.size()[0], placement.size()[1]};
      long row = x.size(3) * x.size(1);
      memory.desc every = new memory.desc(shape, emitter.type(),
          new long[] {x.size(2) * row, 1, stride[0] * row, stride[1] * x.size(1)});
      return emitter.in(x.as(every), Descs.channelsLast(shape, emitter.type()));
    }

    private void weightGradients(convolution_forward.primitive_desc forward, Tensor dy) {
      if (window.isOnePixel() && groups == 1 && bias == null) {
        product(dy);
        return;
      }
      memory.desc weights = Descs.any(weightShape(), Emitter.f32());
      convolution_backward_weights.primitive_desc description = bias == null
          ? new convolution_backward_weights.primitive_desc(emitter.engine(), algorithm.convolution_direct, x.desc(),
              weights, target, window.strides(), window.dilations(), placement.before(), placement.after(), forward,
              emitter.attributes(), false)
          : new convolution_backward_weights.primitive_desc(emitter.engine(), algorithm.convolution_direct, x.desc(),
              weights, biases, target, window.strides(), window.dilations(), placement.before(), placement.after(),
              forward, emitter.attributes(), false);
      Map<Integer, Tensor> arguments = new HashMap<>(Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DIFF_DST, dy));
      Runnable run = () -> tape.parameter(weight, description.diff_weights_desc(), gradient -> {
        arguments.put(DNNL_ARG_DIFF_WEIGHTS, gradient);
        emitter.run(description, new convolution_backward_weights(description), arguments);
      });
      if (bias == null) {
        run.run();
      } else {
        tape.parameter(bias, biases, gradient -> {
          arguments.put(DNNL_ARG_DIFF_BIAS, gradient);
          run.run();
        });
      }
    }
  }

  private long[] weightShape() {
    long[] kernel = window.kernels();
    return groups == 1 ? new long[] {channels, inputChannels(), kernel[0], kernel[1]}
        : new long[] {groups, channels / groups, inputChannels() / groups, kernel[0], kernel[1]};
  }

  /** The sum by itself, where one of its terms is repeated along an axis. */
  private void apart(Emitter emitter) {
    Value convolved = new Value(output.name());
    new Convolution(input, convolved, weight, bias, channels, groups, window, null, List.of()).forward(emitter);
    new Combination(Combination.Kind.ADD, convolved, addend, output, activation).forward(emitter);
  }

  private convolution_forward.primitive_desc describe(Emitter emitter, memory.desc source, memory.desc target,
      Window.Placement placement, memory.desc added, boolean inPlace) {
    post_ops after = new post_ops();
    if (inPlace) {
      after.append_sum();
    } else if (added != null) {
      after.append_binary(algorithm.binary_add, added);
    }
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(after, activation));
    memory.desc weightDesc = Descs.any(weightShape(), emitter.type());
    convolution_forward.primitive_desc description = bias == null
        ? new convolution_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference,
            algorithm.convolution_direct, source, weightDesc, target, window.strides(), window.dilations(),
            placement.before(), placement.after(), attributes, true)
        : new convolution_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference,
            algorithm.convolution_direct, source, weightDesc,
            new memory.desc(new long[] {channels}, Emitter.f32(), memory.format_tag.x), target, window.strides(),
            window.dilations(), placement.before(), placement.after(), attributes, true);
    return description.get(true) == null ? null : description;
  }

  /** Plain loops, or a copy of each window into a matrix. */
  private static boolean slow(convolution_forward.primitive_desc description) {
    String name = description.impl_info_str().getString();
    return name.startsWith("ref") || name.startsWith("gemm");
  }
}
