package org.resnet4j.engine.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.engine.lower.Lowering;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Program;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;

/** What becomes of small programs; that they still compute the same is compared with DL4J elsewhere. */
class FusionTest {
  private static final Eltwise TANH = new Eltwise(algorithm.eltwise_tanh, 0, 0);

  private final Value input = new Value("input");
  private final List<Node> nodes = new ArrayList<>();

  private Value add(String name, Function<Value, Node> node) {
    Value output = new Value(name);
    nodes.add(node.apply(output));
    return output;
  }

  private static Constant constant(String name, float... values) {
    return new Constant(name, values.length, values::clone);
  }

  private static Window window(int size, Window.Border border) {
    return new Window(new int[] {size, size}, new int[] {1, 1}, new int[] {1, 1}, border, new int[2], new int[2]);
  }

  /** Of one channel to two, with a bias. */
  private Value convolution(String name, Value x) {
    return add(name, output -> new Convolution(x, output, constant("weight", 2, 3), constant("bias", 5, 7), 2, 1,
        window(1, Window.Border.CUT), null, List.of()));
  }

  private Value norm(Value x) {
    return add("norm", output ->
        new Affine(x, output, constant("scale", 10, 100), constant("shift", 1, 2), 1, List.of()));
  }

  private Value activated(Value x, Eltwise... functions) {
    return add("activated", output -> new Elementwise(x, output, List.of(functions)));
  }

  private Value combined(Combination.Kind kind, Value left, Value right) {
    return add("combined",
        output -> new Combination(kind, left, right, output, Combination.Ranks.EQUAL, List.of()));
  }

  private Value padded(Value x, int border) {
    List<Integer> sides = List.of(0, 0, border, border);
    return add("padded", output -> new Borders(x, output, sides, sides));
  }

  private Value pooled(Pool.Kind kind, Value x) {
    return add("pooled", output -> new Pool(kind, x, output, window(3, Window.Border.CUT)));
  }

  private List<Node> fused(Value... outputs) {
    return Fusion.of(new Program(List.of(input), nodes, List.of(outputs))).nodes();
  }

  private <T extends Node> T only(Class<T> kind, Value output) {
    List<Node> left = fused(output);
    assertEquals(1, left.size(), left::toString);
    assertSame(output, left.get(0).output());
    return assertInstanceOf(kind, left.get(0));
  }

  private static List<String> kinds(List<Node> nodes) {
    return nodes.stream().map(node -> node.getClass().getSimpleName()).toList();
  }

  @Test
  void aNormIsFoldedIntoTheConvolution() {
    Convolution left = only(Convolution.class, norm(convolution("conv", input)));
    assertArrayEquals(new float[] {20, 300}, left.weight().values());
    assertArrayEquals(new float[] {51, 702}, left.bias().values());
  }

  @Test
  void aNormIsFoldedIntoTheDenseLayer() {
    Value dense = add("dense", output -> new Dense(input, output, constant("weight", 1, 2, 3, 4), null, 2, List.of()));
    Value norm = add("norm", output ->
        new Affine(dense, output, constant("scale", 10, 100), constant("shift", 1, 2), -1, List.of()));
    Dense left = only(Dense.class, activated(norm, Eltwise.RELU));
    assertArrayEquals(new float[] {10, 20, 300, 400}, left.weight().values());
    assertArrayEquals(new float[] {1, 2}, left.bias().values());
    assertEquals(List.of(Eltwise.RELU), left.activation());
  }

  @Test
  void aNormOfAnotherAxisStays() {
    Value x = convolution("conv", input);
    Value norm = add("norm", output ->
        new Affine(x, output, constant("scale", 10, 100), constant("shift", 1, 2), 2, List.of()));
    assertEquals(List.of("Convolution", "Affine"), kinds(fused(norm)));
  }

  /** Two readers, an output, an activation, a sum: the convolution's own result is needed, or isn't what is normed. */
  @Test
  void aNormStaysBehindAConvolutionThatIsReadElsewhere() {
    Value first = convolution("conv", input);
    Value norm = norm(first);
    assertEquals(List.of("Convolution", "Affine"), kinds(fused(norm, first)));
    nodes.clear();
    Value second = convolution("conv", input);
    Value sum = combined(Combination.Kind.MULTIPLY, second, norm(second));
    assertEquals(List.of("Convolution", "Affine", "Combination"), kinds(fused(sum)));
    nodes.clear();
    assertEquals(List.of("Convolution", "Affine"),
        kinds(fused(norm(activated(convolution("conv", input), Eltwise.RELU)))));
    nodes.clear();
    assertEquals(List.of("Convolution", "Affine"),
        kinds(fused(norm(combined(Combination.Kind.ADD, convolution("conv", input), input)))));
  }

  @Test
  void functionsStandInTheirOrder() {
    Convolution left = only(Convolution.class,
        activated(activated(norm(convolution("conv", input)), TANH), Eltwise.RELU, Eltwise.linear(2, 0)));
    assertEquals(List.of(TANH, Eltwise.RELU, Eltwise.linear(2, 0)), left.activation());
  }

  @Test
  void aSumIsTheConvolutionsOwnBeforeItsActivation() {
    Value sum = combined(Combination.Kind.ADD, convolution("conv", input), input);
    Convolution left = only(Convolution.class, activated(sum, Eltwise.RELU));
    assertSame(input, left.addend().value());
    assertEquals(List.of(Eltwise.RELU), left.activation());
  }

  @Test
  void anActivationBeforeTheSumKeepsItApart() {
    Value activated = activated(convolution("conv", input), Eltwise.RELU);
    assertEquals(List.of("Convolution", "Combination"),
        kinds(fused(combined(Combination.Kind.ADD, activated, input))));
  }

  @Test
  void ofTwoConvolutionsTheLaterOneAdds() {
    Value shortcut = norm(convolution("shortcut", input));
    Value branch = norm(convolution("branch", input));
    for (boolean first : new boolean[] {true, false}) {
      List<Node> kept = new ArrayList<>(nodes);
      Value sum = combined(Combination.Kind.ADD, first ? shortcut : branch, first ? branch : shortcut);
      List<Node> left = fused(sum);
      assertEquals(List.of("Convolution", "Convolution"), kinds(left));
      assertNull(((Convolution) left.get(0)).addend());
      assertSame(shortcut, ((Convolution) left.get(1)).addend().value());
      nodes.clear();
      nodes.addAll(kept);
    }
  }

  @Test
  void onlyOneSumIsTheConvolutions() {
    Value sum = combined(Combination.Kind.ADD, convolution("conv", input), input);
    assertEquals(List.of("Convolution", "Combination"), kinds(fused(combined(Combination.Kind.ADD, sum, input))));
  }

  @Test
  void aConvolutionTwiceInASumIsNobodysAddend() {
    Value x = convolution("conv", input);
    assertEquals(List.of("Convolution", "Combination"), kinds(fused(combined(Combination.Kind.ADD, x, x))));
  }

  @Test
  void otherCombinationsStay() {
    for (Combination.Kind kind : Combination.Kind.values()) {
      nodes.clear();
      List<Node> left = fused(activated(combined(kind, convolution("conv", input), input), TANH));
      assertEquals(kind == Combination.Kind.ADD ? 1 : 2, left.size());
    }
  }

  @Test
  void zerosAroundAnImageAreTheConvolutionsPadding() {
    Convolution left = only(Convolution.class, convolution("conv", padded(input, 2)));
    assertArrayEquals(new int[] {2, 2}, left.window().before());
    assertArrayEquals(new int[] {2, 2}, left.window().after());
    assertSame(input, left.input());
  }

  @Test
  void bordersThatAreNoPaddingStay() {
    assertEquals(List.of("Borders", "Convolution"), kinds(fused(convolution("conv", padded(input, -1)))));
    nodes.clear();
    Value channels = add("padded", output -> new Borders(input, output, List.of(0, 1, 0, 0), List.of(0, 0, 0, 0)));
    assertEquals(List.of("Borders", "Convolution"), kinds(fused(convolution("conv", channels))));
    nodes.clear();
    Value padded = padded(input, 1);
    Value same = add("conv", output -> new Convolution(padded, output, constant("weight", new float[18]), null, 2, 1,
        window(3, Window.Border.SAME), null, List.of()));
    assertEquals(List.of("Borders", "Convolution"), kinds(fused(same)));
    nodes.clear();
    Value read = padded(input, 1);
    assertEquals(List.of("Borders", "Convolution"), kinds(fused(convolution("conv", read), read)));
  }

  @Test
  void zerosArePaddingOfAMaximumOfWhatIsNeverNegative() {
    Value relu = activated(convolution("conv", input), Eltwise.RELU);
    assertEquals(List.of("Convolution", "Pool"), kinds(fused(pooled(Pool.Kind.MAXIMUM, padded(relu, 1)))));
    nodes.clear();
    Value any = activated(convolution("conv", input), TANH);
    assertEquals(List.of("Convolution", "Borders", "Pool"),
        kinds(fused(pooled(Pool.Kind.MAXIMUM, padded(any, 1)))));
    nodes.clear();
    // A window of nothing but padding has no maximum.
    Value wide = activated(convolution("conv", input), Eltwise.RELU);
    assertEquals(List.of("Convolution", "Borders", "Pool"),
        kinds(fused(pooled(Pool.Kind.MAXIMUM, padded(wide, 3)))));
  }

  @Test
  void zerosArePaddingThatCountsInAnAverage() {
    assertEquals(Pool.Kind.AVERAGE_WITH_PADDING,
        only(Pool.class, pooled(Pool.Kind.AVERAGE, padded(input, 1))).kind());
    nodes.clear();
    only(Pool.class, pooled(Pool.Kind.AVERAGE_WITH_PADDING, padded(input, 1)));
    nodes.clear();
    Value padded = padded(input, 1);
    int[] one = {1, 1};
    Value own = add("pooled", output -> new Pool(Pool.Kind.AVERAGE, padded, output,
        new Window(new int[] {3, 3}, one, one, Window.Border.CUT, one, one)));
    assertEquals(List.of("Borders", "Pool"), kinds(fused(own)));
  }

  @Test
  void functionsBeyondOneDnnsLimitStayANodeOfTheirOwn() {
    Value x = convolution("conv", input);
    for (int i = 0; i < 3; i++) {
      x = activated(x, Collections.nCopies(15, TANH).toArray(Eltwise[]::new));
    }
    assertEquals(List.of("Convolution", "Elementwise"), kinds(fused(x)));
  }

  @Test
  void whatNobodyNeedsGoes() {
    Value x = convolution("conv", input);
    norm(convolution("other", x));
    only(Convolution.class, x);
  }

  private static List<Node> ofZoo(String name, CNN2DFormat format) {
    // As many layers as it has, of few channels.
    ComputationGraph graph = ResNet.builder().spec(ResNets.spec(name).withWidth(8)).numClasses(10).format(format)
        .inputShape(3, 64, 64).build().init();
    return Fusion.of(Lowering.of(graph, graph.getConfiguration().getNetworkOutputs())).nodes();
  }

  private static String counts(List<Node> nodes) {
    return nodes.stream().collect(Collectors.groupingBy(node -> node.getClass().getSimpleName(),
        java.util.TreeMap::new, Collectors.counting())).toString();
  }

  /** Norms, sums and rectifiers are the convolutions'. */
  @ParameterizedTest
  @EnumSource
  void aNetworkOfBottlenecks(CNN2DFormat format) {
    List<Node> nodes = ofZoo("resnet50", format);
    assertEquals(format == CNN2DFormat.NHWC ? "{Convolution=53, Dense=1, Permute=1, Pool=1, Reduction=1, Softmax=1}"
        : "{Convolution=53, Dense=1, Pool=1, Reduction=1, Softmax=1}", counts(nodes));
    List<Convolution> convolutions = nodes.stream().filter(Convolution.class::isInstance).map(Convolution.class::cast)
        .toList();
    assertEquals(16, convolutions.stream().filter(convolution -> convolution.addend() != null).count());
    // All but the projections, which stand before a sum.
    assertEquals(49, convolutions.stream().filter(convolution -> convolution.activation().equals(List.of(Eltwise.RELU)))
        .count());
  }

  /** In front of a convolution a norm stays: padding's zeros are added behind it, and two read the sum before it. */
  @Test
  void aNetworkWithNormsInFront() {
    List<Node> nodes = ofZoo("resnet50_v2", CNN2DFormat.NCHW);
    assertEquals("{Affine=17, Convolution=53, Dense=1, Pool=1, Reduction=1, Softmax=1}", counts(nodes));
    assertEquals(17, nodes.stream().filter(node ->
        node instanceof Affine affine && affine.activation().equals(List.of(Eltwise.RELU))).count());
  }

  @Test
  void aNetworkOfKerasPadsWithinItsKernels() {
    assertEquals("{Convolution=53, Dense=1, Pool=1, Reduction=1, Softmax=1}",
        counts(ofZoo("resnet50_keras", CNN2DFormat.NCHW)));
  }
}
