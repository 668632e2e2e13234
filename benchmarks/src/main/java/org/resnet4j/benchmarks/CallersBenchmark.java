package org.resnet4j.benchmarks;

import java.util.concurrent.TimeUnit;
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
import org.resnet4j.zoo.ResNets;

/**
 * Images a second that several callers get, one image a call: all from one compiled ResNet-50, or each from its own. JMH's
 * {@code -t} is the number of callers, {@code OMP_NUM_THREADS} the number of threads that each computes with.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 4, time = 3)
public class CallersBenchmark {
  private static final long[] IMAGE = {1, 3, 224, 224};

  /** Whose the compiled network is. */
  public enum Ownership {
    ALL_CALLERS, EACH_CALLER
  }

  /** The one for all. */
  @State(Scope.Benchmark)
  public static class Shared {
    @Param({"ALL_CALLERS", "EACH_CALLER"})
    Ownership ownership;

    private CompiledGraph graph;

    @Setup
    public void compile() {
      graph = ownership == Ownership.ALL_CALLERS ? CallersBenchmark.compile() : null;
    }

    @TearDown
    public void close() {
      if (graph != null) {
        graph.close();
      }
    }
  }

  /** Somebody who calls. */
  @State(Scope.Thread)
  public static class Caller {
    private final INDArray image = Nd4j.rand(DataType.FLOAT, IMAGE);
    private CompiledGraph own;
    private CompiledGraph graph;

    @Setup
    public void compile(Shared shared) {
      own = shared.graph == null ? CallersBenchmark.compile() : null;
      graph = own == null ? shared.graph : own;
    }

    @TearDown
    public void close() {
      if (own != null) {
        own.close();
      }
    }
  }

  private static CompiledGraph compile() {
    return OneDnn.compile(ResNets.named("resnet50").build().init(), EngineOptions.standard(), IMAGE);
  }

  @Benchmark
  public INDArray output(Caller caller) {
    return caller.graph.output(caller.image)[0];
  }
}
