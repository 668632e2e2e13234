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
import org.bytedeco.dnnl.primitive_desc;
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
 * @param addend null where nothing is added
 */
public record Convolution(Value input, Value output, Constant weight, Constant bias, long channels, int groups,
    Window window, Addend addend, List<Eltwise> activation) implements Node {
  /**
   * What is added to the result.
   *
   * @param ranks what becomes of an array of other than 4 axes
   */
  public record Addend(Value value, Combination.Ranks ranks) {}

  public Convolution {
    activation = List.copyOf(activation);
  }

  @Override
  public List<Value> inputs() {
    return addend == null ? List.of(input) : List.of(input, addend.value);
  }

  @Override
  public List<Constant> constants() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }

  Convolution with(Constant weight, Constant bias, Value output) {
    return new Convolution(input, output, weight, bias, channels, groups, window, addend, activation);
  }

  Convolution plus(Addend addend, Value output) {
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
    if (placement.empty() || placement.before()[0] < 0 || placement.before()[1] < 0) {
      throw emitter.wrong("images of a size that goes with the window", x);
    }
    long[] shape = {x.size(0), channels, placement.size()[0], placement.size()[1]};
    if (addend == null) {
      emitter.give(output, run(emitter, x, choose(emitter, x, shape, placement, List.of(Sum.NONE), null), null));
      return;
    }
    Tensor sum = emitter.tensor(addend.value);
    if (!Arrays.equals(sum.shape(), shape)) {
      apart(emitter);
      return;
    }
    // Into the addend's own place, unless that is still being read: the input may lie there too.
    boolean free = emitter.ends(sum) && !sum.shares(x) && sum.type() == emitter.type(output);
    List<Sum> ways = free ? List.of(Sum.OVER, Sum.READ, Sum.COPY) : List.of(Sum.READ, Sum.COPY);
    emitter.give(output, run(emitter, x, choose(emitter, x, shape, placement, ways, sum), sum));
  }

  /** How something is added. */
  private enum Sum {
    NONE,
    /** The result is written over it. */
    OVER,
    /** It is read where it lies. */
    READ,
    /** The result is written over a copy, in the layout that the kernel gives. */
    COPY
  }

  /** A kernel, and how it adds. */
  private record Choice(convolution_forward.primitive_desc description, Sum sum) {}

  /** The first that is fast: for the input as it lies, else for a copy of it, which is cheaper than a slow kernel. */
  private Choice choose(Emitter emitter, Tensor x, long[] shape, Window.Placement placement, List<Sum> ways,
      Tensor added) {
    memory.data_type type = emitter.type(output);
    // A float32 image as it comes has a kernel of its own.
    boolean last = emitter.channelsLast() && !x.desc().equals(Descs.plain(x.shape(), Emitter.f32()));
    memory.desc wanted = last ? Descs.channelsLast(x.shape(), emitter.type()) : x.desc();
    Choice first = null;
    Choice optimised = null;
    for (memory.desc source : List.of(wanted, Descs.any(x.shape(), emitter.type()))) {
      for (Sum way : ways) {
        boolean free = !last || source != wanted;
        memory.desc target = way == Sum.OVER ? added.desc()
            : free ? Descs.any(shape, type) : Descs.channelsLast(shape, type);
        Choice choice = new Choice(describe(emitter, source, target, placement, way, added), way);
        if (Layouts.exists(choice.description) && (way != Sum.READ || reads(choice.description, added))) {
          if (!slow(choice.description)) {
            return choice;
          }
          first = first == null ? choice : first;
          optimised = optimised == null && !Layouts.reference(choice.description) ? choice : optimised;
        }
      }
    }
    if (first == null) {
      throw new IllegalStateException("vertex " + emitter.node() + ": oneDNN has no kernel for this convolution");
    }
    return optimised == null ? first : optimised;
  }

  /** Whether the result lies as the addend does: kernels that read in another order aren't to be relied on. */
  private static boolean reads(convolution_forward.primitive_desc description, Tensor added) {
    return Layouts.like(description.dst_desc(), added.shape(), added.type()).equals(added.desc());
  }

  private Tensor run(Emitter emitter, Tensor x, Choice choice, Tensor sum) {
    convolution_forward.primitive_desc description = choice.description;
    Map<Integer, Tensor> arguments = new HashMap<>();
    arguments.put(DNNL_ARG_SRC, emitter.in(x, description.src_desc()));
    arguments.put(DNNL_ARG_WEIGHTS, emitter.constant(weight, description.weights_desc()));
    if (bias != null) {
      arguments.put(DNNL_ARG_BIAS, emitter.constant(bias, description.bias_desc()));
    }
    Tensor y = choice.sum == Sum.OVER ? sum : emitter.allocate(description.dst_desc());
    if (choice.sum == Sum.READ) {
      arguments.put(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1, sum);
    } else if (choice.sum == Sum.COPY) {
      emitter.copy(sum, y);
    }
    arguments.put(DNNL_ARG_DST, y);
    emitter.run(description, new convolution_forward(description), arguments);
    return y;
  }

  @Override
  public boolean prefersChannelsLast() {
    return groups > 1 && groups < channels;
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
    if (placement.empty() || placement.before()[0] < 0 || placement.before()[1] < 0) {
      throw emitter.wrong("images of a size that goes with the window", given);
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
      convolution_forward.primitive_desc forward = right(placement, bias == null
          ? new convolution_forward.primitive_desc(emitter.engine(), prop_kind.forward_training,
              algorithm.convolution_direct, x.desc(), weights, target, window.strides(), window.dilations(),
              placement.before(), placement.after(), emitter.attributes(), false)
          : new convolution_forward.primitive_desc(emitter.engine(), prop_kind.forward_training,
              algorithm.convolution_direct, x.desc(), weights, biases, target, window.strides(), window.dilations(),
              placement.before(), placement.after(), emitter.attributes(), false));
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

    /** By the transposed matrix: a convolution forward, which can add to a gradient that is there. */
    private boolean inputGradientByTranspose(Tensor dy) {
      Tensor sum = tape.soFar(input, x.desc());
      if (sum == null || sum.shares(dy) || !isProduct() || window.stride()[0] > 1 || window.stride()[1] > 1
          || !weight.isTrained()) {
        return false;
      }
      primitive_attr attributes = emitter.attributes();
      post_ops after = new post_ops();
      after.append_sum();
      attributes.set_post_ops(after);
      convolution_forward.primitive_desc description = new convolution_forward.primitive_desc(emitter.engine(),
          prop_kind.forward_inference, algorithm.convolution_direct, target,
          Descs.any(new long[] {inputChannels(), channels, 1, 1}, emitter.type()), x.desc(), window.strides(),
          window.dilations(), placement.before(), placement.after(), attributes, true);
      if (!Layouts.exists(description) || Layouts.reference(description)) {
        return false;
      }
      emitter.run(description, new convolution_forward(description), Map.of(DNNL_ARG_SRC, dy, DNNL_ARG_WEIGHTS,
          emitter.transposed(weight, description.weights_desc()), DNNL_ARG_DST, sum));
      return true;
    }

    /** Whether it multiplies each pixel's channels by a matrix. */
    private boolean isProduct() {
      return window.isOnePixel() && groups == 1;
    }

    private void inputGradient(convolution_forward.primitive_desc forward, Tensor dy) {
      if (inputGradientByTranspose(dy)) {
        return;
      }
      convolution_backward_data.primitive_desc description = right(placement,
          new convolution_backward_data.primitive_desc(emitter.engine(), algorithm.convolution_direct, x.desc(),
              Descs.any(weightShape(), emitter.type()), target, window.strides(), window.dilations(),
              placement.before(), placement.after(), forward, emitter.attributes(), false));
      tape.give(input, x.desc(), dx -> emitter.run(description, new convolution_backward_data(description),
          Map.of(DNNL_ARG_DIFF_DST, dy, DNNL_ARG_WEIGHTS, emitter.constant(weight, description.weights_desc()),
              DNNL_ARG_DIFF_SRC, dx)));
    }

    /** The weights' gradient as a product over all pixels: faster than the convolution's, in the network's order. */
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

    /** Whether the windows are at every so many pixels to the end: a layout by strides has all steps. */
    private boolean regular() {
      int[] stride = window.stride();
      return placement.size()[0] * stride[0] <= x.size(2) && placement.size()[1] * stride[1] <= x.size(3);
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
      if (isProduct() && bias == null && regular()) {
        product(dy);
        return;
      }
      memory.desc weights = Descs.any(weightShape(), Emitter.f32());
      convolution_backward_weights.primitive_desc description = right(placement, bias == null
          ? new convolution_backward_weights.primitive_desc(emitter.engine(), algorithm.convolution_direct, x.desc(),
              weights, target, window.strides(), window.dilations(), placement.before(), placement.after(), forward,
              emitter.attributes(), false)
          : new convolution_backward_weights.primitive_desc(emitter.engine(), algorithm.convolution_direct, x.desc(),
              weights, biases, target, window.strides(), window.dilations(), placement.before(), placement.after(),
              forward, emitter.attributes(), false));
      tape.parameters(weight, description.diff_weights_desc(), bias, biases, (dWeight, dBias) -> {
        Map<Integer, Tensor> arguments =
            new HashMap<>(Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DIFF_DST, dy, DNNL_ARG_DIFF_WEIGHTS, dWeight));
        if (dBias != null) {
          arguments.put(DNNL_ARG_DIFF_BIAS, dBias);
        }
        emitter.run(description, new convolution_backward_weights(description), arguments);
      });
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
    new Combination(Combination.Kind.ADD, convolved, addend.value, output, addend.ranks, activation).forward(emitter);
  }

  private convolution_forward.primitive_desc describe(Emitter emitter, memory.desc source, memory.desc target,
      Window.Placement placement, Sum sum, Tensor added) {
    post_ops after = new post_ops();
    if (sum == Sum.READ) {
      after.append_binary(algorithm.binary_add, added.desc());
    } else if (sum != Sum.NONE) {
      after.append_sum();
    }
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(after, activation));
    memory.desc weightDesc = Descs.any(weightShape(), emitter.type());
    return right(placement, bias == null
        ? new convolution_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference,
            algorithm.convolution_direct, source, weightDesc, target, window.strides(), window.dilations(),
            placement.before(), placement.after(), attributes, true)
        : new convolution_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference,
            algorithm.convolution_direct, source, weightDesc,
            new memory.desc(new long[] {channels}, Emitter.f32(), memory.format_tag.x), target, window.strides(),
            window.dilations(), placement.before(), placement.after(), attributes, true));
  }

  /** The kernel, or the next one where it is one that computes wrong numbers; null if there is no other. */
  private <D extends primitive_desc> D right(Window.Placement placement, D description) {
    // oneDNN 3.11 takes rows for columns where a strided window has one place in a row: wrong rows, or unused memory; and
    // reads beside the image for windows that see nothing of it.
    boolean wrong = placement.size()[0] > 1 && placement.size()[1] == 1 && window.stride()[1] > 1
        || !window.reachesImage();
    while (wrong && Layouts.exists(description) && description.impl_info_str().getString().contains("brg")) {
      if (!description.next_impl()) {
        return null;
      }
    }
    return description;
  }

  /** Plain loops, or a copy of each window into a matrix. */
  private static boolean slow(convolution_forward.primitive_desc description) {
    return Layouts.reference(description) || description.impl_info_str().getString().contains("gemm:");
  }
}
