package org.resnet4j.engine.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;

/**
 * What a compiled graph computed before shows in nothing that it computes later: not the sizes, whose plans it keeps or
 * lets go, nor the weights, nor the other threads. Bit by bit the numbers are those of a graph that was just compiled.
 */
class ReuseTest {
  /** {batch, height, width}: more than plans are kept, and some whose arrays fit into another one's places. */
  private static final int[][] SIZES = {{1, 32, 32}, {4, 32, 32}, {2, 32, 32}, {1, 17, 33}, {3, 17, 33}, {1, 64, 8},
      {2, 9, 9}, {5, 24, 24}, {1, 48, 48}, {7, 8, 8}, {4, 16, 40}};
  private static final int CALLS = 60;

  static Stream<Arguments> nets() {
    List<ResNet.Builder> nets = List.of(
        ResNet.builder().spec(ResNets.spec("resnet18").withDepths(1, 1, 1).withWidth(16)),
        ResNet.builder().spec(ResNets.spec("resnext50_32x4d").withGroups(4, 32).withDepths(1, 2).withWidth(16)),
        ResNet.builder().spec(ResNets.spec("resnet50_v2").withDepths(1, 2).withWidth(8)),
        ResNet.builder().spec(ResNets.spec("cifar_resnet8_b")));
    return nets.stream().flatMap(net -> Stream.of(CNN2DFormat.values()).flatMap(format ->
        Stream.of(Parity.FLOATS, Parity.NARROW).map(options ->
            Arguments.of(net.format(format).inputShape(3, 32, 32).numClasses(5).build(), options))));
  }

  private static ComputationGraph graph(ResNet net) {
    return FormulaParameters.initialised(new ComputationGraph(net.configuration()));
  }

  private static List<INDArray> inputs(ResNet net) {
    return Arrays.stream(SIZES).map(size -> {
      INDArray nchw = FormulaParameters.input("input" + Arrays.toString(size), size[0], 3, size[1], size[2]);
      return net.inputType().getShape(false)[0] == 3 ? nchw : nchw.permute(0, 2, 3, 1).dup('c');
    }).toList();
  }

  private static CompiledGraph compile(ResNet net, ComputationGraph graph, EngineOptions options) {
    List<String> outputs = new ArrayList<>(graph.getConfiguration().getNetworkOutputs());
    outputs.add(net.endpoints().get("stage1"));
    return Parity.compile(graph, outputs, options);
  }

  /** What a graph gives that was compiled for nothing else. */
  private static List<INDArray[]> fresh(ResNet net, ComputationGraph graph, EngineOptions options,
      List<INDArray> inputs) {
    return inputs.stream().map(input -> {
      try (CompiledGraph compiled = compile(net, graph, options)) {
        return compiled.output(input);
      }
    }).toList();
  }

  private static void assertSame(INDArray[] expected, INDArray[] found, String what) {
    assertEquals(expected.length, found.length, what);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i].shape(), found[i].shape(), what);
      assertArrayEquals(expected[i].data().asFloat(), found[i].data().asFloat(), what + ", output " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("nets")
  void sizesInAnyOrderGiveWhatEachGivesAlone(ResNet net, EngineOptions options) {
    ComputationGraph graph = graph(net);
    List<INDArray> inputs = inputs(net);
    List<INDArray[]> expected = fresh(net, graph, options, inputs);
    Random random = new Random(7);
    try (CompiledGraph compiled = compile(net, graph, options)) {
      for (int call = 0; call < CALLS; call++) {
        int size = random.nextInt(SIZES.length);
        assertSame(expected.get(size), compiled.output(inputs.get(size)),
            "call " + call + " of size " + Arrays.toString(SIZES[size]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("nets")
  void newWeightsGiveWhatTheyGiveAlone(ResNet net, EngineOptions options) {
    ComputationGraph graph = graph(net);
    List<INDArray> inputs = inputs(net).subList(0, 4);
    List<INDArray[]> first = fresh(net, graph, options, inputs);
    FormulaParameters.set(graph, "other ");
    List<INDArray[]> second = fresh(net, graph, options, inputs);
    FormulaParameters.set(graph, "");
    try (CompiledGraph compiled = compile(net, graph, options)) {
      for (int round = 0; round < 4; round++) {
        List<INDArray[]> expected = round % 2 == 0 ? first : second;
        // Sizes that come before a refresh, and one more after each.
        for (int size = 0; size <= round; size++) {
          assertSame(expected.get(size), compiled.output(inputs.get(size)), "round " + round + ", size " + size);
        }
        FormulaParameters.set(graph, round % 2 == 0 ? "other " : "");
        assertSame(expected.get(0), compiled.output(inputs.get(0)), "round " + round + " before refresh");
        compiled.refresh();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("nets")
  void severalThreadsGetWhatEachGetsAlone(ResNet net, EngineOptions options)
      throws InterruptedException, ExecutionException {
    ComputationGraph graph = graph(net);
    List<INDArray> inputs = inputs(net);
    List<INDArray[]> expected = fresh(net, graph, options, inputs);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (CompiledGraph compiled = compile(net, graph, options)) {
      List<Callable<Void>> callers = IntStream.range(0, 4).mapToObj(caller -> (Callable<Void>) () -> {
        Random random = new Random(caller);
        for (int call = 0; call < 15; call++) {
          int size = random.nextInt(SIZES.length);
          assertSame(expected.get(size), compiled.output(inputs.get(size)),
              "caller " + caller + ", size " + Arrays.toString(SIZES[size]));
        }
        return null;
      }).toList();
      for (Future<Void> caller : threads.invokeAll(callers)) {
        caller.get();
      }
    } finally {
      threads.shutdown();
    }
  }
}
