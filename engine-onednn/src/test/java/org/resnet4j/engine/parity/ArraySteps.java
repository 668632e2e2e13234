package org.resnet4j.engine.parity;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.resnet4j.engine.parity.Assembly.Made;
import org.resnet4j.engine.parity.Step.Pair;
import org.resnet4j.zoo.layer.Borders;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.layer.Concatenation;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.Resampling;
import org.resnet4j.zoo.layer.Reshaping;
import org.resnet4j.zoo.layer.Scaling;
import org.resnet4j.zoo.layer.Selection;

/** Vertices and layers without parameters that move, select, scale or combine numbers. */
final class ArraySteps {
  /** As many pixels on a side as what enlarges images may give. */
  private static final int LARGEST = 24;

  private ArraySteps() {}

  /** Arrays of one shape combined by element. */
  record Merge(int from, List<Integer> others, boolean broadcast, BroadcastMerge.Kind kind) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x -> {
        boolean two = kind == BroadcastMerge.Kind.SUBTRACT || kind == BroadcastMerge.Kind.DIVIDE;
        List<Made> inputs = Stream.concat(Stream.of(x), others.stream().limit(two ? 1 : others.size())
            .map(back -> assembly.find(back, x::sameShape).orElse(x))).toList();
        Optional<ElementWiseVertex.Op> op = operation();
        if (kind == BroadcastMerge.Kind.DIVIDE) {
          // By numbers that aren't near zero.
          Made divisor = assembly.layer("activation sigmoid",
              new PureActivation(Activation.SIGMOID.getActivationFunction()), inputs.get(1), x);
          assembly.vertex("broadcast DIVIDE", new BroadcastMerge(kind), List.of(x, divisor), x);
        } else if (op.isEmpty() || broadcast) {
          assembly.vertex("broadcast " + kind, new BroadcastMerge(kind), inputs, x);
        } else {
          assembly.vertex("element-wise " + kind, new ElementWiseVertex(op.get()), inputs, x);
        }
      });
    }

    private Optional<ElementWiseVertex.Op> operation() {
      return switch (kind) {
        case ADD -> Optional.of(ElementWiseVertex.Op.Add);
        case SUBTRACT -> Optional.of(ElementWiseVertex.Op.Subtract);
        case MULTIPLY -> Optional.of(ElementWiseVertex.Op.Product);
        case AVERAGE -> Optional.of(ElementWiseVertex.Op.Average);
        case MAXIMUM -> Optional.of(ElementWiseVertex.Op.Max);
        case DIVIDE, MINIMUM -> Optional.empty();
      };
    }
  }

  /** Arrays behind each other along the channels. */
  record Join(int from, List<Integer> others, boolean concatenation) implements Step {
    private static final int MOST_CHANNELS = 100;

    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, x -> x.channels() < MOST_CHANNELS).ifPresent(x -> {
        List<Made> inputs = Stream.concat(Stream.of(x), others.stream()
            .map(back -> assembly.find(back, other -> other.channels() < MOST_CHANNELS && x.beside(other)).orElse(x)))
            .toList();
        int channels = inputs.stream().mapToInt(Made::channels).sum();
        int axis = x.image() && assembly.format == CNN2DFormat.NHWC ? 3 : 1;
        assembly.vertex(concatenation ? "concatenation" : "merge",
            concatenation ? new Concatenation(axis) : new MergeVertex(), inputs,
            x.as(channels, x.height(), x.width()));
      });
    }
  }

  /** Zeros added around images, or pixels cut off. */
  record Bordered(int from, boolean vertex, int top, int bottom, int left, int right) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, x -> x.image() && left(x.height(), top, bottom) && left(x.width(), this.left, right))
          .ifPresent(x -> {
            Made larger = x.as(x.channels(), x.height() + top + bottom, x.width() + this.left + right);
            String what = "borders %d %d %d %d".formatted(top, bottom, this.left, right);
            if (vertex || Math.min(Math.min(top, bottom), Math.min(this.left, right)) < 0
                && Math.max(Math.max(top, bottom), Math.max(this.left, right)) > 0) {
              assembly.vertex(what, new Borders(top, bottom, this.left, right, assembly.format), List.of(x), larger);
            } else if (top + bottom + this.left + right >= 0) {
              assembly.layer("zero padding, " + what, new ZeroPaddingLayer.Builder(top, bottom, this.left, right)
                  .dataFormat(assembly.format).build(), x, larger);
            } else {
              assembly.layer("cropping, " + what, new Cropping2D.Builder(-top, -bottom, -this.left, -right)
                  .dataFormat(assembly.format).build(), x, larger);
            }
          });
    }

    private static boolean left(int size, int before, int after) {
      return size + Math.min(before, 0) + Math.min(after, 0) > 0 && size + before + after <= LARGEST;
    }
  }

  /** Images some times as large. */
  record Enlarge(int from, boolean layer, Resampling.Kernel kernel, Pair factors) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, x -> x.image() && x.height() * factors.height() <= LARGEST
          && x.width() * factors.width() <= LARGEST).ifPresent(x -> {
            Made larger = x.as(x.channels(), x.height() * factors.height(), x.width() * factors.width());
            if (layer) {
              assembly.layer("upsampling " + factors,
                  new Upsampling2D.Builder().size(factors.array()).dataFormat(assembly.format).build(), x, larger);
            } else {
              assembly.vertex("resampling " + kernel + " by " + factors, new Resampling(kernel, factors.height(),
                  factors.width(), true, assembly.format), List.of(x), larger);
            }
          });
    }
  }

  /** Images of a given size. */
  record Resize(int from, Resampling.Kernel kernel, Pair size) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(x -> assembly.vertex("resampling " + kernel + " to " + size,
          new Resampling(kernel, size.height(), size.width(), false, assembly.format), List.of(x),
          x.as(x.channels(), size.height(), size.width())));
    }
  }

  /** Axes in another order, where that makes no images of the other layout. */
  record Permute(int from, List<Integer> axes) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      Permutation permutation = new Permutation(axes);
      if (!permutation.equals(Permutation.to(other(assembly.format)))) {
        assembly.image(from).ifPresent(x -> {
          int[] sizes = assembly.sizes(x);
          assembly.vertex("permutation " + axes, permutation, List.of(x),
              assembly.shaped(x, axes.stream().mapToInt(axis -> sizes[axis - 1]).toArray()));
        });
      }
    }

    private static CNN2DFormat other(CNN2DFormat format) {
      return format == CNN2DFormat.NHWC ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
    }
  }

  /** The same numbers with other axes. */
  record Reshape(int from, Kind kind) implements Step {
    /** To vectors; to images whose first or last two axes are one; from anything to images of one pixel. */
    enum Kind { FLAT, FIRST_TWO, LAST_TWO, PIXEL }

    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, x -> x.image() || kind == Kind.PIXEL).ifPresent(x -> {
        int all = x.features();
        if (kind == Kind.FLAT) {
          assembly.vertex("reshaping to vectors", Reshaping.flat(), List.of(x), x.vectors(all));
          return;
        }
        int[] old = assembly.sizes(x);
        int[] sizes = switch (kind) {
          case FIRST_TWO -> new int[] {old[0] * old[1], 1, old[2]};
          case LAST_TWO -> new int[] {old[0], old[1] * old[2], 1};
          default -> assembly.sizes(x.as(all, 1, 1));
        };
        assembly.vertex("reshaping to " + Arrays.toString(sizes),
            new Reshaping(List.of((long) sizes[0], (long) sizes[1], -1L), assembly.format), List.of(x),
            assembly.shaped(x, sizes));
      });
    }
  }

  /** Times and plus constants: numbers, or one for each place on the last axis. */
  record Scale(int from, boolean each) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x -> {
        int[] sizes = assembly.sizes(x);
        int last = sizes[sizes.length - 1];
        Scaling scaling = each ? new Scaling(constants(last, 0.3, 1.7), constants(last, 0.2, -0.5))
            : new Scaling(Scaling.Constant.of(-1.5), Scaling.Constant.of(0.25));
        assembly.vertex("scaling" + (each ? " along the last axis" : ""), scaling, List.of(x), x);
      });
    }

    private static Scaling.Constant constants(int count, double step, double offset) {
      return new Scaling.Constant(IntStream.range(0, count).mapToObj(i -> i % 5 * step + offset).toList(),
          List.of((long) count));
    }
  }

  /** Some positions of an axis, also repeated ones. */
  record Select(int from, int axis, List<Integer> positions) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x -> {
        int along = x.image() ? axis : 1;
        int[] sizes = assembly.sizes(x);
        List<Integer> taken = positions.stream().map(position -> position % sizes[along - 1]).toList();
        sizes[along - 1] = taken.size();
        assembly.vertex("selection " + taken + " of axis " + along, new Selection(along, taken), List.of(x),
            assembly.shaped(x, sizes));
      });
    }
  }

  /** Images combined with one number for each example's channel, as squeeze and excitation does. */
  record Excite(int from, BroadcastMerge.Kind kind, boolean first, IActivation activation) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(x -> {
        int channels = x.channels();
        Made pooled = assembly.layer("global pool AVG", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), x,
            x.vectors(channels));
        Made dense = assembly.layer("dense " + activation,
            new DenseLayer.Builder().nOut(channels).activation(activation).build(), pooled, pooled);
        int[] sizes = assembly.sizes(x.as(channels, 1, 1));
        Made pixel = assembly.vertex("reshaping to " + Arrays.toString(sizes), new Reshaping(
            IntStream.of(sizes).mapToObj(Long::valueOf).toList(), assembly.format), List.of(dense),
            x.as(channels, 1, 1));
        assembly.vertex("broadcast " + kind, new BroadcastMerge(kind), first ? List.of(pixel, x) : List.of(x, pixel),
            x);
      });
    }
  }
}
