package org.resnet4j.engine.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.Precision;
import org.resnet4j.engine.TrueActivations;
import org.resnet4j.engine.parity.Assembly.Made;
import org.resnet4j.engine.parity.LayerSteps.Convolver;
import org.resnet4j.engine.parity.Step.Pair;
import org.resnet4j.engine.parity.Step.Sliding;

/** Convolutions of every small measure: few pixels and few channels are where kernels have their special cases. */
class ConvolutionParityTest {
  /** A product has few terms here, so that rounding to 8 bits doesn't average out. */
  private static final double BFLOAT16 = 0.03;
  private static final int[][] IMAGES = {{1, 1}, {2, 1}, {5, 2}, {3, 3}, {1, 4}, {5, 8}};

  static Stream<Arguments> layouts() {
    return Stream.of(CNN2DFormat.values()).flatMap(format -> Stream.of(Parity.FLOATS, Parity.NARROW).flatMap(options ->
        Stream.of(1, 2, 3, 16).map(channels -> Arguments.of(format, options, channels))));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void ofEveryMeasureIsTheSame(CNN2DFormat format, EngineOptions options, int channels) {
    for (int[] image : IMAGES) {
      Assembly assembly = new Assembly(format);
      assembly.inputs(List.of(new Made("in0", channels, image[0], image[1])));
      int convolutions = convolutions(assembly);
      RandomGraph all = assembly.finish(2, Stream.iterate(0, i -> i + 1).limit(convolutions).toList());
      ComputationGraph graph = all.initialised();
      INDArray[] inputs = all.arrays(all.batch());
      Map<String, INDArray> expected = TrueActivations.of(graph, inputs);
      String what = format + " " + channels + " channels " + Arrays.toString(image);
      double tolerance = options.precision() == Precision.FLOAT32 ? Parity.FLOAT32 : BFLOAT16;
      Parity.compare(what, graph, expected, all.outputs(), options, tolerance, inputs);
      graph.close();
    }
  }

  /** Each reads the graph's input. */
  private static int convolutions(Assembly assembly) {
    List<Sliding> windows = new ArrayList<>();
    for (int kernelHeight : new int[] {1, 3}) {
      for (int kernel = 1; kernel <= 4; kernel++) {
        for (int stride = 1; stride <= 3; stride++) {
          for (int padding = 0; padding <= 2; padding++) {
            windows.add(new Sliding(new Pair(kernelHeight, kernel), new Pair(1, stride), new Pair(1, padding),
                new Pair(1, 1), ConvolutionMode.Truncate));
          }
        }
      }
    }
    for (int i = 0; i < windows.size(); i++) {
      int output = i % 2 == 0 ? 17 : 4;
      new LayerSteps.Convolve(i, Convolver.PLAIN, windows.get(i), output, 1, true, new ActivationIdentity())
          .addTo(assembly);
    }
    return windows.size();
  }
}
