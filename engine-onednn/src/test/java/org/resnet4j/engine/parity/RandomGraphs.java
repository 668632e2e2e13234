package org.resnet4j.engine.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.resnet4j.engine.parity.Assembly.Made;
import org.resnet4j.engine.parity.Step.Pair;
import org.resnet4j.engine.parity.Step.Sliding;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.layer.ElementActivation;
import org.resnet4j.zoo.layer.ElementActivation.Function;
import org.resnet4j.zoo.layer.Resampling;

/** Small graphs of the layers that the compiler knows; of a failing one, jqwik finds smaller ones that fail as well. */
final class RandomGraphs {
  private static final int MOST_STEPS = 9;
  private static final int LARGEST_IMAGE = 20;
  private static final int LARGEST_BATCH = 4;

  private RandomGraphs() {}

  /** What a graph is assembled of. */
  private record Draft(CNN2DFormat format, List<Made> inputs, List<Step> steps) {
    Assembly assembled(Predicate<Step> taken) {
      Assembly assembly = new Assembly(format);
      List<Made> named = new ArrayList<>();
      for (Made input : inputs) {
        named.add(new Made("in" + named.size(), input.channels(), input.height(), input.width()));
      }
      assembly.inputs(named);
      steps.stream().filter(taken).forEach(step -> step.addTo(assembly));
      return assembly;
    }

    /** DL4J throws in the training of a batch norm with fixed gamma on NHWC images. */
    private boolean trains(Step step) {
      return !(step instanceof LayerSteps.Drop || step instanceof LayerSteps.End || step instanceof LayerSteps.PixelEnd
          || step instanceof LayerSteps.Norm norm && norm.kind() == LayerSteps.Norm.Kind.LOCKED
          && format == CNN2DFormat.NHWC);
    }
  }

  static Arbitrary<RandomGraph> all() {
    return Combinators.combine(draft(), Arbitraries.integers().between(1, LARGEST_BATCH),
        back().list().ofMinSize(1).ofMaxSize(3))
        .as((draft, batch, outputs) -> draft.assembled(any -> true).finish(batch, outputs));
  }

  /**
   * For training: without chance, with a loss for each array that nothing reads, and more than one example, of whose
   * vector alone DL4J's batch norm has no statistics.
   */
  static Arbitrary<RandomGraph> training() {
    return Combinators.combine(draft(), Arbitraries.integers().between(2, LARGEST_BATCH))
        .as((draft, batch) -> draft.assembled(draft::trains).withLosses(batch));
  }

  private static Arbitrary<Draft> draft() {
    return Combinators.combine(Arbitraries.of(CNN2DFormat.values()), image().list().ofMinSize(1).ofMaxSize(2),
        step().list().ofMinSize(1).ofMaxSize(MOST_STEPS)).as(Draft::new);
  }

  private static Arbitrary<Made> image() {
    Arbitrary<Integer> side = Arbitraries.integers().between(1, LARGEST_IMAGE);
    return Combinators.combine(channels(), side, side).as((c, h, w) -> new Made("", c, h, w));
  }

  /** Few, and as many as kernels take at a time, and some more. */
  private static Arbitrary<Integer> channels() {
    return Arbitraries.of(1, 2, 3, 4, 6, 8, 16, 17, 32);
  }

  /** Mostly the last array, so that graphs are deep, else one before it, so that arrays have several readers. */
  private static Arbitrary<Integer> back() {
    return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(0)),
        Tuple.of(2, Arbitraries.integers().between(0, 5)));
  }

  private static Arbitrary<Boolean> either() {
    return Arbitraries.of(false, true);
  }

  private static Arbitrary<Step> step() {
    return Arbitraries.frequencyOf(Tuple.of(6, convolution()), Tuple.of(3, norm()), Tuple.of(3, activation()),
        Tuple.of(4, merge()), Tuple.of(2, join()), Tuple.of(3, pool()), Tuple.of(1, globalPool()),
        Tuple.of(1, dense()), Tuple.of(1, back().map(LayerSteps.Drop::new)), Tuple.of(3, unit()), Tuple.of(1, end()),
        Tuple.of(4, rarer()));
  }

  private static Arbitrary<Step> rarer() {
    Arbitrary<Integer> border = Arbitraries.integers().between(-2, 3);
    Arbitrary<Integer> axis = Arbitraries.integers().between(1, 3);
    Arbitrary<Resampling.Kernel> kernel = Arbitraries.of(Resampling.Kernel.values());
    return Arbitraries.oneOf(
        Combinators.combine(back(), Arbitraries.integers().between(1, 8)).as(LayerSteps.GroupNorm::new),
        Combinators.combine(back(), Arbitraries.integers().between(1, 3), Arbitraries.integers().between(0, 5))
            .as(LayerSteps.Shortcut::new),
        Combinators.combine(back(), either().list().ofSize(3)).as(LayerSteps.Prelu::new),
        Combinators.combine(back(), axis, either()).as(LayerSteps.Soften::new),
        back().map(LayerSteps.PixelEnd::new),
        Combinators.combine(back(), either(), border, border, border, border).as(ArraySteps.Bordered::new),
        Combinators.combine(back(), either(), kernel, pair(1, 3)).as(ArraySteps.Enlarge::new),
        Combinators.combine(back(), kernel, pair(1, LARGEST_IMAGE)).as(ArraySteps.Resize::new),
        Combinators.combine(back(), Arbitraries.shuffle(1, 2, 3)).as(ArraySteps.Permute::new),
        Combinators.combine(back(), Arbitraries.of(ArraySteps.Reshape.Kind.values())).as(ArraySteps.Reshape::new),
        Combinators.combine(back(), either()).as(ArraySteps.Scale::new),
        Combinators.combine(back(), axis, Arbitraries.integers().between(0, 31).list().ofMinSize(1).ofMaxSize(5))
            .as(ArraySteps.Select::new),
        Combinators.combine(back(), Arbitraries.of(BroadcastMerge.Kind.ADD, BroadcastMerge.Kind.MULTIPLY,
            BroadcastMerge.Kind.SUBTRACT, BroadcastMerge.Kind.MAXIMUM), either(), function())
            .as(ArraySteps.Excite::new));
  }

  private static Arbitrary<Pair> pair(int least, int most) {
    Arbitrary<Integer> side = Arbitraries.integers().between(least, most);
    return Combinators.combine(side, side).as(Pair::new);
  }

  private static Arbitrary<Sliding> sliding() {
    return Combinators.combine(pair(1, 4), pair(1, 3), pair(0, 2),
        Arbitraries.frequencyOf(Tuple.of(4, Arbitraries.just(new Pair(1, 1))), Tuple.of(1, pair(1, 3))),
        Arbitraries.of(ConvolutionMode.Truncate, ConvolutionMode.Same)).as(Sliding::new);
  }

  private static Arbitrary<Step> convolution() {
    return Combinators.combine(back(), Arbitraries.of(LayerSteps.Convolver.values()), sliding(), channels(),
        Arbitraries.integers().between(1, 8), either(), function()).as(LayerSteps.Convolve::new);
  }

  private static Arbitrary<Step> norm() {
    return Combinators.combine(back(), Arbitraries.of(LayerSteps.Norm.Kind.values())).as(LayerSteps.Norm::new);
  }

  private static Arbitrary<Step> activation() {
    return Combinators.combine(back(), either(), function()).as(LayerSteps.Activate::new);
  }

  private static Arbitrary<Step> merge() {
    return Combinators.combine(back(), back().list().ofMinSize(1).ofMaxSize(2), either(),
        Arbitraries.frequencyOf(Tuple.of(4, Arbitraries.just(BroadcastMerge.Kind.ADD)),
            Tuple.of(3, Arbitraries.of(BroadcastMerge.Kind.values())))).as(ArraySteps.Merge::new);
  }

  private static Arbitrary<Step> join() {
    return Combinators.combine(back(), back().list().ofMinSize(1).ofMaxSize(2), either()).as(ArraySteps.Join::new);
  }

  private static Arbitrary<Step> pool() {
    return Combinators.combine(back(), Arbitraries.of(PoolingType.MAX, PoolingType.AVG), sliding(), either())
        .as(LayerSteps.Pool::new);
  }

  private static Arbitrary<Step> globalPool() {
    return Combinators.combine(back(), Arbitraries.of(PoolingType.AVG, PoolingType.MAX, PoolingType.SUM))
        .as(LayerSteps.GlobalPool::new);
  }

  private static Arbitrary<Step> dense() {
    return Combinators.combine(back(), channels(), either(), function()).as(LayerSteps.Flat::new);
  }

  private static Arbitrary<Step> unit() {
    return Combinators.combine(back(), either(), either(), function()).as(LayerSteps.Unit::new);
  }

  private static Arbitrary<Step> end() {
    return Combinators.combine(back(), either(), Arbitraries.integers().between(1, 10)).as(LayerSteps.End::new);
  }

  private static Arbitrary<IActivation> function() {
    Stream<IActivation> own = Stream.of(Activation.RELU6, Activation.LEAKYRELU, Activation.ELU, Activation.SELU,
        Activation.SIGMOID, Activation.TANH, Activation.HARDTANH, Activation.HARDSIGMOID, Activation.SOFTPLUS,
        Activation.SOFTSIGN, Activation.SWISH, Activation.MISH, Activation.GELU, Activation.RECTIFIEDTANH)
        .map(Activation::getActivationFunction);
    Stream<IActivation> keras = Arrays.stream(Function.values()).map(function -> switch (function) {
      case RELU -> new ElementActivation(function, 1.5, 0, 0);
      case ELU -> new ElementActivation(function, 0.8, 0, 0);
      case HARD_SIGMOID -> new ElementActivation(function, 0.3, 0.4, 0);
      default -> new ElementActivation(function);
    });
    return Arbitraries.frequencyOf(
        Tuple.of(4, Arbitraries.just(Activation.IDENTITY.getActivationFunction())),
        Tuple.of(4, Arbitraries.just(Activation.RELU.getActivationFunction())),
        Tuple.of(3, Arbitraries.of(Stream.concat(own, keras).toList())));
  }
}
