package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.resnet4j.engine.Deviation.assertClose;
import static org.resnet4j.engine.Networks.images;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** However an array lies in memory, and whatever its numbers' type: every way to predict gives what DL4J gives. */
class InputFormsTest {
  private static final double TOLERANCE = 1e-4;
  private static final int EXAMPLES = 3;

  private static ComputationGraph plain;
  private static CompiledGraph compiled;
  private static FastComputationGraph fast;

  @BeforeAll
  static void networks() {
    plain = Networks.residual();
    compiled = OneDnn.compile(plain);
    fast = OneDnn.wrap(Networks.residual());
  }

  @AfterAll
  static void close() {
    compiled.close();
    fast.close();
  }

  /** A way to ask for the class probabilities. */
  enum Way {
    COMPILED(x -> compiled.output(x)[0]),
    OUTPUT(x -> fast.output(x)[0]),
    OUTPUT_SINGLE(x -> fast.outputSingle(x)),
    FEED_FORWARD(x -> fast.feedForward(x, false).get("classes")),
    FEED_FORWARD_TO_LAYER(x -> fast.feedForward(new INDArray[] {x}, fast.getNumLayers() - 1, false)
        .get("classes"));

    private final Function<INDArray, INDArray> call;

    Way(Function<INDArray, INDArray> call) {
      this.call = call;
    }
  }

  /** How the numbers of one array are apart from each other. */
  enum Spread {
    DENSE(0, 1), BEHIND_OTHERS(2, 1), WITH_GAPS(1, 2);

    private final int before;
    private final int step;

    Spread(int before, int step) {
      this.before = before;
      this.step = step;
    }

    /** A copy whose axis {@code outerFirst[0]} has the largest stride, and so on. */
    INDArray of(INDArray x, int[] outerFirst) {
      long[] sizes = Arrays.stream(outerFirst).mapToLong(axis -> before + x.size(axis) * step).toArray();
      INDArray all = Nd4j.valueArrayOf(sizes, x.dataType() == DataType.BOOL ? 1 : 77, x.dataType());
      INDArray part = this == DENSE ? all : all.get(Arrays.stream(sizes)
          .mapToObj(size -> NDArrayIndex.interval(before, step, size)).toArray(INDArrayIndex[]::new));
      int[] back = IntStream.range(0, x.rank())
          .map(axis -> IntStream.range(0, x.rank()).filter(i -> outerFirst[i] == axis).findFirst().orElseThrow())
          .toArray();
      INDArray placed = part.permute(back);
      assertArrayEquals(x.shape(), placed.shape());
      placed.assign(x);
      return placed;
    }
  }

  static List<Arguments> layouts() {
    List<Arguments> layouts = new ArrayList<>();
    for (Spread spread : Spread.values()) {
      orders(List.of(), 4).forEach(order -> layouts.add(Arguments.of(spread, order)));
    }
    return layouts;
  }

  private static Stream<int[]> orders(List<Integer> first, int count) {
    return first.size() == count ? Stream.of(first.stream().mapToInt(axis -> axis).toArray())
        : IntStream.range(0, count).boxed().filter(axis -> !first.contains(axis)).flatMap(axis ->
            orders(Stream.concat(first.stream(), Stream.of(axis)).toList(), count));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void everyOrderOfStrides(Spread spread, int[] outerFirst) {
    INDArray x = images(EXAMPLES);
    INDArray placed = spread.of(x, outerFirst);
    long[] strides = Arrays.stream(outerFirst).mapToLong(placed::stride).toArray();
    assertTrue(IntStream.range(1, strides.length).allMatch(i -> strides[i - 1] > strides[i]), "the largest first");
    assertPredicted(plain.outputSingle(x.dup('c')), placed);
    assertEquals(x, placed.dup('c'), "the input stays as it was");
  }

  private static void assertPredicted(INDArray expected, INDArray x) {
    for (Way way : Way.values()) {
      INDArray found = way.call.apply(x);
      assertEquals(DataType.FLOAT, found.dataType());
      assertClose(way.toString(), expected, found, TOLERANCE);
    }
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void everyTypeOfNumbers(DataType type) {
    assumeTrue(type.isNumerical() || type == DataType.BOOL);
    INDArray x = images(EXAMPLES).addi(1).muli(20).castTo(type);
    INDArray expected = plain.outputSingle(x.dup('c'));
    assertPredicted(expected, x);
    assertPredicted(expected, x.dup('f'));
    assertPredicted(expected, Spread.WITH_GAPS.of(x, new int[] {3, 1, 0, 2}));
  }

  static Stream<INDArray> wrong() {
    return Stream.concat(Stream.of(Nd4j.empty(DataType.FLOAT), Nd4j.create("a", "b"), Nd4j.scalar(1f),
        Nd4j.ones(EXAMPLES, 8, 8, 3), Nd4j.ones(3, 8, 8), Nd4j.ones(EXAMPLES, 192)),
        Stream.of(DataType.FLOAT, DataType.DOUBLE, DataType.INT32).flatMap(type -> Stream.of(
            Nd4j.create(type, 0, 3, 8, 8), Nd4j.create(type, 2, 0, 8, 8), Nd4j.create(type, 2, 3, 0, 8))));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void whatIsNoBatchOfImagesIsSaid(INDArray x) {
    for (Way way : Way.values()) {
      assertThrows(EngineException.WrongInput.class, () -> way.call.apply(x), way.toString());
    }
    assertPredicted(plain.outputSingle(images(2)), images(2));
  }

  /** Of a broken example nothing is told, and the others are as without it. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void notANumber(Way way) {
    for (double broken : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      INDArray x = images(EXAMPLES).dup('f');
      INDArray expected = plain.outputSingle(x.dup('c'));
      x.putScalar(new int[] {1, 2, 7, 7}, broken);
      INDArray found = way.call.apply(x);
      for (int example : new int[] {0, 2}) {
        assertClose(way + " beside " + broken, expected.getRow(example), found.getRow(example), TOLERANCE);
      }
      assertEquals(Networks.CLASSES, IntStream.range(0, Networks.CLASSES)
          .filter(i -> Double.isNaN(found.getDouble(1, i))).count(), way + " of " + broken);
    }
  }
}
