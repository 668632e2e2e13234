package org.resnet4j.modelexport;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.zoo.Norm;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Shortcut;
import org.resnet4j.zoo.Stem;

/** Every net of the zoo, as deep and wide as a test's time allows, and every option that changes what is computed. */
class ZooOnnxTest {
  @TempDir
  private Path folder;

  /** One for each architecture: depths of one family differ in nothing that is written differently. */
  static Stream<ResNetSpec> specs() {
    return ResNets.list("*").stream().map(ZooOnnxTest::small)
        .filter(distinct());
  }

  private static Predicate<ResNetSpec> distinct() {
    Set<String> seen = new HashSet<>();
    return spec -> seen.add(spec.toString().replace(spec.name(), ""));
  }

  private static ResNetSpec small(ResNetSpec spec) {
    return spec.withDepths(spec.depths().stream().map(units -> Math.min(units, 2)).toArray(Integer[]::new))
        .withWidth(16);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void onnxRuntimeComputesTheSame(ResNetSpec spec) throws OrtException {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      check(spec, format, net -> net);
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void everyOptionGoesOut(CNN2DFormat format) throws OrtException {
    ResNetSpec bottleneck = ResNets.spec("resnet50").withDepths(1, 2, 1, 1).withWidth(32);
    ResNetSpec basic = ResNets.spec("resnet18").withDepths(2, 1, 1, 1).withWidth(32);
    check(bottleneck, format, net -> net.norm(Norm.GROUP));
    check(basic, format, net -> net.norm(Norm.FROZEN_BATCH).dropout(0.4));
    check(bottleneck, format, net -> net.replaceStrideWithDilation(false, true, true));
    check(basic, format, net -> net.shortcut(Shortcut.ZERO_PAD).normEpsilon(1e-2));
    check(basic, format, net -> net.head(false));
    check(basic, format, net -> net.stochasticDepth(0.5));
  }

  @Test
  void theRealResNet50GoesOut() throws OrtException {
    check(ResNets.spec("resnet50"), CNN2DFormat.NHWC, net -> net);
  }

  private void check(ResNetSpec spec, CNN2DFormat format, UnaryOperator<ResNet.Builder> options) throws OrtException {
    int side = spec.stem() == Stem.IMAGENET ? 64 : 32;
    ResNet net = options.apply(ResNet.builder().spec(spec).numClasses(7).inputShape(3, side, side).format(format))
        .build();
    ComputationGraphConfiguration configuration = net.configuration();
    if (configuration.getVertices().containsKey("logits")) {
      // Softmax hides errors.
      configuration.setNetworkOutputs(List.of("logits", "output"));
    }
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    OnnxParity.train(graph, 5);
    Path file = folder.resolve(spec.name() + ".onnx");
    OnnxExport.write(graph, file);
    long[] shape = format == CNN2DFormat.NCHW ? new long[] {3, side, side} : new long[] {side, side, 3};
    OnnxParity.check(spec.name() + " " + format, graph, file, List.of(shape));
  }
}
