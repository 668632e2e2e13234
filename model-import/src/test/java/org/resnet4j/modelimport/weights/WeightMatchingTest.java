package org.resnet4j.modelimport.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.InvalidValue;
import org.resnet4j.modelimport.ModelImportException.ShapeDiffers;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.model.Weight;
import org.resnet4j.modelimport.weights.WeightMatching.Architecture;

class WeightMatchingTest {
  private static final long[] ONE = {2};

  private static Layer layer(String path, boolean trainable, String... weights) {
    List<Weight> list = Stream.of(weights)
        .map(name -> new Weight(name, Shape.of(2), !name.startsWith("moving"))).toList();
    return new Layer(path.substring(path.lastIndexOf('/') + 1), path, "Conv2D", trainable, list, List.of(), false);
  }

  private static Layer model(String path, boolean trainable, Layer... children) {
    return new Layer(path.substring(path.lastIndexOf('/') + 1), path, "Functional", trainable, List.of(),
        List.of(children), true);
  }

  /** A model around a nested one of layers a and b, each with kernels of the same shape. */
  private static Layer nested(boolean aTrainable) {
    return model("", true, model("base", true, layer("base/a", aTrainable, "kernel"), layer("base/b", true, "kernel")));
  }

  /** A file whose only group has these tensors, the first filled with 1, the next with 2. */
  private static MemoryGroup file(String group, String... tensors) {
    MemoryGroup root = new MemoryGroup();
    MemoryGroup in = root.layer(group);
    for (int i = 0; i < tensors.length; i++) {
      in.tensor(tensors[i], ONE, i + 1);
    }
    return root;
  }

  private static int number(LayerWeights weights, String layer, int index) {
    return weights.read(layer, index, DataType.FLOAT).getInt(0);
  }

  private static void assertOrder(Layer root, MemoryGroup file, int a, int b) {
    LayerWeights weights = WeightMatching.byName(root, file, Architecture.OF_THE_FILE);
    assertEquals(List.of(a, b), List.of(number(weights, "base/a", 0), number(weights, "base/b", 0)));
  }

  private static void assertRefused(Layer root, MemoryGroup file, Architecture architecture, String part) {
    WeightsDiffer e = assertThrows(WeightsDiffer.class, () -> WeightMatching.byName(root, file, architecture));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
      "a/kernel:0, b/kernel:0", "a/kernel, b/kernel", "base/a/kernel, base/b/kernel", "x/y/a/kernel, z/b/kernel:0",
      "a_1/kernel:0, b_1/kernel:0", "a_7/kernel_3:0, b_2/kernel:0", "old_a/kernel, old_b/kernel",
      "kernel:0, other/kernel:0"})
  void orderDecidesWhereNamesAgreeOrTellNothing(String first, String second) {
    assertOrder(nested(true), file("base", first, second), 1, 2);
  }

  @ParameterizedTest
  @CsvSource({
      "b/kernel:0, a/kernel:0", "b/kernel:0, b/kernel:1", "b_1/kernel:0, a_1/kernel:0", "x/kernel:0, a/kernel:0",
      "a/kernel:0, a_1/kernel:0", "b/kernel:0, x/kernel:0", "a/bias:0, b/kernel:0", "a/kernel:0, b/gamma:0"})
  void namesThatContradictTheOrderAreRefused(String first, String second) {
    assertRefused(nested(true), file("base", first, second), Architecture.OF_THE_FILE, "\"base\"");
  }

  @Test
  void layersThatAreMadeUniqueIntoEachOthersNamesFollowTheOrder() {
    Layer root =
        model("", true, model("base", true, layer("base/d", true, "kernel"), layer("base/d_1", true, "kernel")));
    LayerWeights weights =
        WeightMatching.byName(root, file("base", "d_1/kernel:0", "d_1_1/kernel:0"), Architecture.OF_THE_FILE);
    assertEquals(1, number(weights, "base/d", 0));
    assertEquals(2, number(weights, "base/d_1", 0));
  }

  @Test
  void frozenLayersComeLast() {
    assertOrder(nested(false), file("base", "b/kernel:0", "a/kernel:0"), 2, 1);
    assertOrder(nested(false), file("base", "old_b/kernel:0", "old_a/kernel:0"), 2, 1);
    assertRefused(nested(false), file("base", "a/kernel:0", "b/kernel:0"), Architecture.OF_THE_FILE, "base/b");
  }

  @Test
  void namesDecideWhereItIsNotKnownWhichLayersWereFrozen() {
    MemoryGroup file = file("base", "b/kernel:0", "a/kernel:0");
    LayerWeights weights = WeightMatching.byName(nested(true), file, Architecture.OF_ANOTHER_FILE);
    assertEquals(2, number(weights, "base/a", 0));
    assertEquals(1, number(weights, "base/b", 0));
    assertRefused(nested(false), file("base", "x/kernel:0", "y/kernel:0"), Architecture.OF_ANOTHER_FILE, "base");
  }

  @Test
  void anOrderThatNoChoiceOfFrozenLayersGivesIsRefused() {
    Layer root = model("", true, model("base", true, layer("base/a", true, "kernel"), layer("base/b", true, "kernel"),
        layer("base/c", true, "kernel")));
    assertRefused(root, file("base", "c/kernel", "b/kernel", "a/kernel"), Architecture.OF_ANOTHER_FILE, "base/a");
  }

  @Test
  void aNestedModelsNameTellsLayersOfOneNameApart() {
    Layer root = model("", true, model("both", true,
        model("both/first", true, layer("both/first/conv", true, "kernel")),
        model("both/second", true, layer("both/second/conv", true, "kernel"))));
    LayerWeights weights = WeightMatching.byName(root, file("both", "first/conv/kernel", "second/conv/kernel"),
        Architecture.OF_THE_FILE);
    assertEquals(2, number(weights, "both/second/conv", 0));
    assertRefused(root, file("both", "second/conv/kernel", "first/conv/kernel"), Architecture.OF_THE_FILE, "both");
    assertRefused(root, file("both", "second/conv/kernel", "conv/kernel"), Architecture.OF_THE_FILE, "both");
  }

  @Test
  void aLayersOwnVariablesMayBeInAnyScopeButNotInAnyOrder() {
    Layer root = model("", true, layer("norm", true, "gamma", "beta", "moving_mean", "moving_variance"));
    LayerWeights weights = WeightMatching.byName(root,
        file("norm", "x/gamma:0", "x/beta:0", "x/moving_mean:0", "x/moving_variance:0"), Architecture.OF_THE_FILE);
    assertEquals(3, number(weights, "norm", 2));
    assertRefused(root, file("norm", "x/beta:0", "x/gamma:0", "x/moving_mean:0", "x/moving_variance:0"),
        Architecture.OF_ANOTHER_FILE, "norm/gamma");
  }

  @Test
  void everyTensorAndNoOtherMustBeThere() {
    Layer root = model("", true, layer("conv", true, "kernel", "bias"), layer("relu", true));
    assertEquals(2, number(WeightMatching.byName(root, good(), Architecture.OF_THE_FILE), "conv", 1));

    MemoryGroup file = good();
    file.remove("conv/conv/bias:0");
    assertRefused(root, file, Architecture.OF_THE_FILE, "conv/conv/bias:0");
    file = good();
    file.remove("conv");
    assertRefused(root, file, Architecture.OF_THE_FILE, "missing: \"conv\"");
    file = good();
    file.in("conv").tensor("conv/extra:0", ONE, 1);
    assertRefused(root, file, Architecture.OF_THE_FILE, "conv/extra:0");
    file = good();
    file.in("conv").put("conv/unlisted:0", ONE, 1);
    assertRefused(root, file, Architecture.OF_THE_FILE, "conv/conv/unlisted:0");
    file = good();
    file.in("ghost");
    assertRefused(root, file, Architecture.OF_THE_FILE, "ghost");
    file = good();
    file.layer("more").tensor("more/kernel:0", ONE, 1);
    assertRefused(root, file, Architecture.OF_THE_FILE, "left over: \"more\"");
    file = good();
    file.in("relu").tensor("relu/alpha:0", ONE, 1);
    assertRefused(root, file, Architecture.OF_THE_FILE, "left over: \"relu\"");
    file = good();
    file.in("top_level_model_weights").tensor("v:0", ONE, 1);
    assertRefused(root, file, Architecture.OF_THE_FILE, "top_level_model_weights/v:0");
    file = good();
    file.layer("conv");
    assertRefused(root, file, Architecture.OF_THE_FILE, "twice");
    file = good();
    file.in("conv").tensor("conv/bias:0", ONE, 1);
    assertRefused(root, file, Architecture.OF_THE_FILE, "twice");
    assertRefused(root, new MemoryGroup(), Architecture.OF_THE_FILE, "layer_names");
  }

  private static MemoryGroup good() {
    MemoryGroup file = file("conv", "conv/kernel:0", "conv/bias:0");
    file.layer("relu");
    file.layer("input_7");
    file.in("top_level_model_weights");
    return file;
  }

  @Test
  void byPositionEveryTensorAndNoOtherMustBeThere() {
    Layer root = model("", true, layer("first", true, "kernel", "bias"), model("inner", true,
        layer("inner/second", true, "kernel")), layer("third", true, "kernel"));
    MemoryGroup file = positioned();
    LayerWeights weights = WeightMatching.byPosition(root, file);
    assertEquals(List.of(1, 2, 3, 4), List.of(number(weights, "first", 0), number(weights, "first", 1),
        number(weights, "inner/second", 0), number(weights, "third", 0)));

    for (String missing : List.of("layers/conv2d/vars/1", "layers/functional/layers/conv2d", "layers/conv2d_1")) {
      MemoryGroup less = positioned();
      less.remove(missing);
      assertRefusedByPosition(root, less, missing);
    }
    for (String extra : List.of("layers/conv2d/vars/2", "layers/conv2d_2/vars/0",
        "layers/functional/layers/conv2d_1/vars/0", "layers/functional/vars/0", "layers/conv2d/more/vars/0", "vars/0",
        "more/vars/0", "layers/stray")) {
      MemoryGroup more = positioned();
      more.put(extra, ONE, 1);
      assertRefusedByPosition(root, more, extra.replaceFirst("/?vars/0", ""));
    }
  }

  private static MemoryGroup positioned() {
    MemoryGroup file = new MemoryGroup();
    file.in("vars");
    file.in("layers/input_layer/vars");
    file.in("layers/re_lu_9/vars");
    file.put("layers/conv2d/vars/0", ONE, 1).put("layers/conv2d/vars/1", ONE, 2);
    file.put("layers/conv2d/seed_generator/vars/0", ONE, 9);
    file.put("layers/functional/layers/conv2d/vars/0", ONE, 3);
    file.put("layers/conv2d_1/vars/0", ONE, 4);
    file.put("optimizer/vars/0", ONE, 9).put("metrics/mean/vars/0", ONE, 9);
    return file;
  }

  private static void assertRefusedByPosition(Layer root, MemoryGroup file, String part) {
    WeightsDiffer e = assertThrows(WeightsDiffer.class, () -> WeightMatching.byPosition(root, file));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void theContainerOfKeras212IsKnown() {
    MemoryGroup file = new MemoryGroup().put("_layer_checkpoint_dependencies/conv2d/vars/0", ONE, 5);
    assertEquals(5, number(WeightMatching.byPosition(model("", true, layer("a", true, "kernel")), file), "a", 0));
  }

  @ParameterizedTest
  @CsvSource({"Conv2D, conv2d", "BatchNormalization, batch_normalization", "PReLU, p_re_lu", "TFOpLambda, tf_op_lambda",
      "DepthwiseConv2D, depthwise_conv2d", "LeakyReLU, leaky_re_lu", "Functional, functional", "Model, functional",
      "Sequential, sequential"})
  void classNamesBecomeGroupsAsInKeras(String className, String group) {
    assertEquals(group, ByPosition.snakeCase(className));
  }

  @Test
  void anotherShapeIsRefusedWhateverItsCount() {
    Layer root = model("", true, new Layer("conv", "conv", "Conv2D", true,
        List.of(new Weight("kernel", Shape.of(1, 1, 2, 3), true)), List.of(), false));
    for (long[] shape : new long[][] {{1, 1, 3, 2}, {2, 3}, {6}, {1, 2, 1, 3}, {1, 1, 2, 4}, {1, 1, 1, 2, 3}, {}}) {
      for (boolean byName : new boolean[] {true, false}) {
        MemoryGroup file = new MemoryGroup();
        if (byName) {
          file.layer("conv").tensor("conv/kernel:0", shape, 1);
        } else {
          file.put("layers/conv2d/vars/0", shape, 1);
        }
        ShapeDiffers e = assertThrows(ShapeDiffers.class, () -> match(root, file, byName));
        assertTrue(e.getMessage().contains("kernel of layer \"conv\": [1, 1, 2, 3]"), e.getMessage());
      }
    }
  }

  private static LayerWeights match(Layer root, MemoryGroup file, boolean byName) {
    return byName ? WeightMatching.byName(root, file, Architecture.OF_THE_FILE) : WeightMatching.byPosition(root, file);
  }

  @Test
  void aCountMayBeAnArrayOfOne() {
    Layer root = model("", true, new Layer("n", "n", "Normalization", true,
        List.of(new Weight("count", Shape.of(), false), new Weight("mean", Shape.of(), false)), List.of(), false));
    assertEquals(7, number(WeightMatching.byPosition(root, new MemoryGroup()
        .put("layers/normalization/vars/0", new long[] {1}, 7).put("layers/normalization/vars/1", new long[0], 7)),
        "n", 0));
    assertThrows(ShapeDiffers.class, () -> WeightMatching.byPosition(root, new MemoryGroup()
        .put("layers/normalization/vars/0", new long[0], 7).put("layers/normalization/vars/1", new long[] {1}, 7)));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aValueThatIsNoNumberIsRefused(float value) {
    MemoryGroup file = new MemoryGroup();
    file.layer("a").tensor("a/kernel:0", ONE, 1, value);
    LayerWeights weights = match(model("", true, layer("a", true, "kernel")), file, true);
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      InvalidValue e = assertThrows(InvalidValue.class, () -> weights.read("a", 0, type));
      assertTrue(e.getMessage().contains("kernel of layer \"a\""), e.getMessage());
      assertTrue(e.getMessage().contains("index [1]"), e.getMessage());
    }
  }

  @Test
  void aNegativeVarianceIsRefusedAndAZeroNot() {
    Layer root = model("", true, layer("a", true, "moving_mean", "moving_variance"));
    MemoryGroup file = new MemoryGroup();
    file.layer("a").tensor("moving_mean", ONE, -1, -2).tensor("moving_variance", ONE, 1, -0.5f);
    LayerWeights weights = WeightMatching.byName(root, file, Architecture.OF_THE_FILE);
    assertEquals(-2, weights.read("a", 0, DataType.FLOAT).getFloat(1));
    ModelImportException e = assertThrows(InvalidValue.class, () -> weights.read("a", 1, DataType.FLOAT));
    assertTrue(e.getMessage().contains("-0.5 at index [1]"), e.getMessage());
    MemoryGroup zero = new MemoryGroup();
    zero.layer("a").tensor("moving_mean", ONE, 0).tensor("moving_variance", ONE, 0, -0f);
    WeightMatching.byName(root, zero, Architecture.OF_THE_FILE).read("a", 1, DataType.FLOAT);
  }

  @Test
  void manyLayersOfOneNameTakeLittleTime() {
    int count = 5_000;
    Layer[] models = IntStream.range(0, count).mapToObj(i ->
        model("base/m" + i, true, layer("base/m" + i + "/conv", true, "kernel"))).toArray(Layer[]::new);
    List<String> names = new ArrayList<>();
    IntStream.range(0, count).forEach(i -> names.add("m" + i + "/conv/kernel"));
    MemoryGroup file = file("base", names.toArray(String[]::new));
    Layer root = model("", true, model("base", true, models));
    assertTimeout(Duration.ofSeconds(20), () -> {
      LayerWeights weights = WeightMatching.byName(root, file, Architecture.OF_THE_FILE);
      assertEquals(count, number(weights, "base/m" + (count - 1) + "/conv", 0));
      Collections.swap(names, 1, 2);
      assertRefused(root, file("base", names.toArray(String[]::new)), Architecture.OF_THE_FILE, "m2/conv");
      names.replaceAll(name -> "x" + name);
      assertRefused(root, file("base", names.toArray(String[]::new)), Architecture.OF_THE_FILE, "any of 5000");
    });
  }

  @Test
  void aGroupWithinItselfIsLeftOverWithoutEnd() {
    MemoryGroup file = positioned();
    MemoryGroup loop = file.in("layers/loop");
    IntStream.range(0, 30).forEach(i -> loop.link("again" + i, loop));
    Layer root = model("", true, layer("first", true, "kernel", "bias"), model("inner", true,
        layer("inner/second", true, "kernel")), layer("third", true, "kernel"));
    assertTimeout(Duration.ofSeconds(20), () -> assertRefusedByPosition(root, file, "layers/loop"));
  }
}
