package org.resnet4j.benchmarks;

import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/** Time of ResNeXt-50's 3x3 convolutions at batch 8, in 32 groups and dense, with layer helpers. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class GroupedConvolutionBenchmark {
  @Param({"STAGE1", "STAGE2", "STAGE3", "STAGE4"})
  String shape;

  @Param({"DENSE", "GROUPED"})
  String kind;

  private ConvolutionStep step;

  @Setup
  public void prepare() {
    step = new ConvolutionStep(ConvolutionStep.Shape.valueOf(shape), ConvolutionStep.Kind.valueOf(kind), 8);
  }

  @Benchmark
  public void forward() {
    step.forward();
  }

  @Benchmark
  public void forwardAndBackward() {
    step.forwardAndBackward();
  }
}
