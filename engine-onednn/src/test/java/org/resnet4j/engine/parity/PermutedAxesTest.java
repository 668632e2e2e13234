package org.resnet4j.engine.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.engine.WithoutHelpers;
import org.resnet4j.engine.parity.Assembly.Made;
import org.resnet4j.engine.parity.LayerSteps.Norm.Kind;

/** What repeats numbers along axes, of arrays whose axes were turned; the strides of axes of size 1 say nothing. */
@ExtendWith(WithoutHelpers.class)
class PermutedAxesTest {
  private static final int[][] SIZES = {{9, 1, 12}, {1, 9, 12}, {9, 12, 1}, {3, 9, 12}, {16, 1, 1}};
  private static final List<List<Integer>> PERMUTATIONS = List.of(List.of(1, 2, 3), List.of(1, 3, 2),
      List.of(2, 1, 3), List.of(2, 3, 1), List.of(3, 1, 2), List.of(3, 2, 1));

  static Stream<Arguments> arrays() {
    return Stream.of(CNN2DFormat.values()).flatMap(format -> Stream.of(SIZES).flatMap(sizes ->
        PERMUTATIONS.stream().map(permutation -> Arguments.of(format, sizes, permutation))));
  }

  private static Assembly assembled(CNN2DFormat format, int[] sizes, List<Integer> permutation, List<Step> readers) {
    Assembly assembly = new Assembly(format);
    assembly.inputs(List.of(new Made("in0", sizes[0], sizes[1], sizes[2])));
    new ArraySteps.Permute(0, permutation).addTo(assembly);
    readers.forEach(reader -> reader.addTo(assembly));
    return assembly;
  }

  /** Each reads the turned array. */
  private static List<Step> readers() {
    List<Step> readers = new ArrayList<>();
    for (int shared = 0; shared < 8; shared++) {
      readers.add(new LayerSteps.Prelu(readers.size(),
          List.of((shared & 1) != 0, (shared & 2) != 0, (shared & 4) != 0)));
    }
    for (int axis = 1; axis <= 3; axis++) {
      readers.add(new LayerSteps.Soften(readers.size(), axis, true));
    }
    readers.add(new ArraySteps.Scale(readers.size(), true));
    readers.add(new LayerSteps.Norm(readers.size(), Kind.FROZEN));
    readers.add(new LayerSteps.GroupNorm(readers.size(), 1));
    return readers;
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void computeWhatDl4jComputes(CNN2DFormat format, int[] sizes, List<Integer> permutation) {
    List<Step> readers = readers();
    RandomGraphsTest.check(assembled(format, sizes, permutation, readers)
        .finish(2, IntStream.range(0, readers.size()).boxed().toList()));
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void gradientsAreDl4js(CNN2DFormat format, int[] sizes, List<Integer> permutation) {
    RandomGradientsTest.check(assembled(format, sizes, permutation, readers()).withLosses(2));
  }
}
