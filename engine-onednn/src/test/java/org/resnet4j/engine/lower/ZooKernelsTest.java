package org.resnet4j.engine.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;
import org.resnet4j.engine.plan.Cpu;
import org.resnet4j.zoo.Norm;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Stem;

/** No network of the zoo runs on plain loops, which oneDNN has for what nobody wrote a kernel for. */
class ZooKernelsTest {
  private static final int BATCH = 2;

  /** Every architecture once: units of a stage that differ in number only have the same shapes. */
  static Stream<Arguments> architectures() {
    Map<ResNetSpec, String> distinct = new LinkedHashMap<>();
    for (String name : ResNets.names()) {
      ResNetSpec spec = ResNets.spec(name);
      ResNetSpec small = spec.withDepths(spec.depths().stream().map(units -> Math.min(units, 2))
          .toArray(Integer[]::new));
      ResNetSpec unnamed = new ResNetSpec("any", small.block(), small.version(), small.stem(), small.stemChannels(),
          small.width(), small.depths(), small.groups(), small.groupWidth(), small.shortcut(), small.dialect());
      distinct.putIfAbsent(unnamed, name);
    }
    List<Arguments> cases = new ArrayList<>();
    distinct.forEach((spec, name) -> {
      cases.add(Arguments.of(name, spec, Norm.BATCH));
      if (List.of("resnet18", "resnet50", "resnet50_v2").contains(name)) {
        cases.add(Arguments.of(name, spec, Norm.GROUP));
      }
    });
    return cases.stream();
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("architectures")
  void anArchitecture(String name, ResNetSpec spec, Norm norm) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      int size = spec.stem() == Stem.IMAGENET ? 96 : 32;
      ComputationGraph graph = ResNet.builder().spec(spec).norm(norm).format(format).inputShape(3, size, size)
          .numClasses(10).build().init();
      long[] shape = format == CNN2DFormat.NCHW ? new long[] {BATCH, 3, size, size} : new long[] {BATCH, size, size, 3};
      assertEquals(List.of(), plainLoops(graph, Precision.FLOAT32, shape), format + " in float32");
      if (Cpu.hasFastBfloat16()) {
        assertEquals(List.of(), plainLoops(graph, Precision.BFLOAT16, shape), format + " in bfloat16");
      }
    }
  }

  private static List<String> plainLoops(ComputationGraph graph, Precision precision, long[] shape) {
    try (CompiledGraph compiled = OneDnn.compile(graph, EngineOptions.standard().withPrecision(precision))) {
      return compiled.kernels(shape).stream()
          .filter(kernel -> kernel.contains(" ref") || kernel.contains(" gemm")).toList();
    }
  }
}
