package org.resnet4j.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;
import org.resnet4j.zoo.ResNets;

/**
 * Time of the engine's pieces: compiling ResNet-50, taking its changed weights, one bottleneck of each of its stages,
 * and what a call costs that has next to nothing to compute. Threads: {@code OMP_NUM_THREADS}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class EngineBenchmark {
  private static final int IMAGE = 224;

  /** ResNet-50 as Deeplearning4j has it. */
  @State(Scope.Thread)
  public static class Network {
    @Param({"FLOAT32", "BFLOAT16"})
    Precision precision;

    @Param({"1", "8"})
    int batch;

    private ComputationGraph graph;

    @Setup
    public void build() {
      graph = ResNets.named("resnet50").build().init();
    }

    CompiledGraph compile() {
      return OneDnn.compile(graph, options(precision), new long[] {batch, 3, IMAGE, IMAGE});
    }
  }

  /** ResNet-50, compiled. */
  @State(Scope.Thread)
  public static class Compiled {
    @Param({"FLOAT32", "BFLOAT16"})
    Precision precision;

    private CompiledGraph graph;

    @Setup
    public void compile() {
      graph = OneDnn.compile(ResNets.named("resnet50").build().init(), options(precision),
          new long[] {1, 3, IMAGE, IMAGE});
    }

    @TearDown
    public void close() {
      graph.close();
    }
  }

  /** A small network, compiled, and its input at batch 8. */
  @State(Scope.Thread)
  public static class Piece {
    @Param({"FLOAT32", "BFLOAT16"})
    Precision precision;

    @Param({"CONVERSION", "STAGE1", "STAGE2", "STAGE3", "STAGE4"})
    EnginePiece piece;

    private CompiledGraph graph;
    private INDArray input;

    @Setup
    public void compile() {
      long[] shape = piece.inputShape(8);
      graph = OneDnn.compile(piece.graph(), options(precision), shape);
      input = Nd4j.randn(DataType.FLOAT, shape);
    }

    @TearDown
    public void close() {
      graph.close();
    }
  }

  private static EngineOptions options(Precision precision) {
    return EngineOptions.standard().withPrecision(precision);
  }

  /** With the plan for the batch. */
  @Benchmark
  public void compile(Network network) {
    network.compile().close();
  }

  @Benchmark
  public void refresh(Compiled compiled) {
    compiled.graph.refresh();
  }

  @Benchmark
  public INDArray output(Piece piece) {
    return piece.graph.output(piece.input)[0];
  }
}
