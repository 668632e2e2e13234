package org.resnet4j.engine.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/** Small graphs of the layers that the compiler knows; of a failing one, jqwik finds smaller ones that fail as well. */
final class RandomGraphs {
  private static final int MOST_STEPS = 9;
  private static final int LARGEST_IMAGE = 20;
  private static final int LARGEST_BATCH = 4;

  private RandomGraphs() {}

  static Arbitrary<RandomGraph> all() {
    Arbitrary<List<Made>> inputs = image().list().ofMinSize(1).ofMaxSize(2);
    return Combinators.combine(Arbitraries.of(CNN2DFormat.values()), Arbitraries.integers().between(1, LARGEST_BATCH),
        inputs, step().list().ofMinSize(1).ofMaxSize(MOST_STEPS), back().list().ofMinSize(1).ofMaxSize(3))
        .as(RandomGraphs::graph);
  }

  /** For training: without chance, and with a loss for each array that nothing reads. */
  static Arbitrary<RandomGraph> training() {
    Arbitrary<List<Made>> inputs = image().list().ofMinSize(1).ofMaxSize(2);
    return Combinators.combine(Arbitraries.of(CNN2DFormat.values()), Arbitraries.integers().between(1, LARGEST_BATCH),
        inputs, step().list().ofMinSize(1).ofMaxSize(MOST_STEPS)).as((format, batch, images, steps) -> assembled(format,
            images, steps.stream().filter(step -> trains(step, format)).toList()).withLosses(batch));
  }

  private static boolean trains(Step step, CNN2DFormat format) {
    // DL4J throws in the training of a batch norm with fixed gamma on NHWC images.
    return !(step instanceof Step.Drop) && !(step instanceof Step.End)
        && !(step instanceof Step.Norm norm && norm.kind() == Step.Norm.Kind.LOCKED && format == CNN2DFormat.NHWC);
  }

  private static RandomGraph graph(CNN2DFormat format, int batch, List<Made> inputs, List<Step> steps,
      List<Integer> outputs) {
    return assembled(format, inputs, steps).finish(batch, outputs);
  }

  private static Assembly assembled(CNN2DFormat format, List<Made> inputs, List<Step> steps) {
    Assembly assembly = new Assembly(format);
    List<Made> named = new ArrayList<>();
    for (Made input : inputs) {
      named.add(new Made("in" + named.size(), input.channels(), input.height(), input.width()));
    }
    assembly.inputs(named);
    steps.forEach(step -> step.addTo(assembly));
    return assembly;
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
        Tuple.of(1, dense()), Tuple.of(1, back().map(Step.Drop::new)), Tuple.of(3, unit()), Tuple.of(1, end()),
        Tuple.of(4, other()));
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
    return Combinators.combine(back(), Arbitraries.of(Step.Convolver.values()), sliding(), channels(),
        Arbitraries.integers().between(1, 8), either(), function()).as(Step.Convolve::new);
  }

  private static Arbitrary<Step> norm() {
    return Combinators.combine(back(), Arbitraries.of(Step.Norm.Kind.values())).as(Step.Norm::new);
  }

  private static Arbitrary<Step> activation() {
    return Combinators.combine(back(), either(), function()).as(Step.Activate::new);
  }

  private static Arbitrary<Step> merge() {
    return Combinators.combine(back(), back().list().ofMinSize(1).ofMaxSize(2), either(),
        Arbitraries.frequencyOf(Tuple.of(4, Arbitraries.just(BroadcastMerge.Kind.ADD)),
            Tuple.of(3, Arbitraries.of(BroadcastMerge.Kind.values())))).as(Step.Merge::new);
  }

  private static Arbitrary<Step> join() {
    return Combinators.combine(back(), back().list().ofMinSize(1).ofMaxSize(2), either()).as(Step.Join::new);
  }

  private static Arbitrary<Step> pool() {
    return Combinators.combine(back(), Arbitraries.of(PoolingType.MAX, PoolingType.AVG), sliding(), either())
        .as(Step.Pool::new);
  }

  private static Arbitrary<Step> globalPool() {
    return Combinators.combine(back(), Arbitraries.of(PoolingType.AVG, PoolingType.MAX, PoolingType.SUM))
        .as(Step.GlobalPool::new);
  }

  private static Arbitrary<Step> dense() {
    return Combinators.combine(back(), channels(), either(), function()).as(Step.Flat::new);
  }

  private static Arbitrary<Step> unit() {
    return Combinators.combine(back(), either(), either(), function()).as(Step.Unit::new);
  }

  private static Arbitrary<Step> other() {
    return Combinators.combine(back(), Arbitraries.of(Other.Kind.values()), Arbitraries.integers().between(1, 3))
        .as(Other::new);
  }

  private static Arbitrary<Step> end() {
    return Combinators.combine(back(), either(), Arbitraries.integers().between(2, 10)).as(Step.End::new);
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
