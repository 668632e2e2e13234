package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.layer.HeInitialization;

/** Every option on a small member, and the sentences for those that can't work. */
class ResNetOptionsTest {
  private static ResNet.Builder tiny(String base) {
    ResNetSpec spec = ResNets.spec(base);
    ResNetSpec grouped = spec.groups() > 1 ? spec.withGroups(4, 32) : spec;
    return ResNet.builder().spec(grouped.withDepths(1, 2).withWidth(8)).numClasses(3).inputShape(3, 40, 40);
  }

  /** Every structure once, and every option that changes a graph. */
  static List<ResNet> nets() {
    List<ResNet> nets = new ArrayList<>();
    for (String base : new String[] {"resnet18", "resnet50", "resnet50_v1", "resnext50_32x4d", "wide_resnet50_2",
        "resnet50_keras", "resnet18_v2", "resnet50_v2", "resnet50_v2_slim", "resnet50_v2_keras", "resnet50_v2_ref_slim",
        "resnet50_v2_ref_keras", "cifar_resnet20", "cifar_resnet20_b", "cifar_resnet20_c", "cifar_resnet20_conv",
        "cifar_resnet20_norm_after_add", "cifar_plain20", "cifar_resnet29_v2", "cifar_wrn16_8", "resnet18_cifar"}) {
      for (CNN2DFormat format : CNN2DFormat.values()) {
        nets.add(tiny(base).format(format).build());
      }
    }
    nets.add(tiny("resnet50").replaceStrideWithDilation(true).build());
    nets.add(tiny("resnext50_32x4d").replaceStrideWithDilation(true).build());
    nets.add(ResNet.builder().spec(ResNets.spec("resnet50").withDepths(1, 1).withWidth(32)).norm(Norm.GROUP)
        .inputShape(3, 40, 40).numClasses(3).build());
    nets.add(tiny("resnet50").replaceStrideWithDilation(true).format(CNN2DFormat.NHWC).build());
    nets.add(tiny("resnext50_32x4d").replaceStrideWithDilation(true).format(CNN2DFormat.NHWC).build());
    nets.add(tiny("resnet18").shortcut(Shortcut.ZERO_PAD).build());
    nets.add(tiny("resnet50").shortcut(Shortcut.PROJECTION_ALWAYS).build());
    nets.add(tiny("resnet50").shortcut(Shortcut.NONE).build());
    nets.add(tiny("resnet50").dropout(0.5).inputShape(4, 33, 45).build());
    nets.add(tiny("resnet50").stochasticDepth(0.2).build());
    nets.add(tiny("resnet18_v2").stochasticDepth(0.2).format(CNN2DFormat.NHWC).build());
    nets.add(tiny("resnet50").normEpsilon(1e-3).normDecay(0.5).heInitialization(HeInitialization.Fan.IN).build());
    return nets;
  }

  @ParameterizedTest
  @MethodSource("nets")
  void theConfigurationComesBackFromJsonEqual(ResNet net) {
    ComputationGraphConfiguration configuration = net.configuration();
    ComputationGraphConfiguration back = ComputationGraphConfiguration.fromJson(configuration.toJson());
    assertEquals(configuration, back);
    assertEquals(configuration.toJson(), back.toJson());
  }

  @ParameterizedTest
  @MethodSource("nets")
  void everyParameterGetsAGradient(ResNet net) {
    ComputationGraph graph = net.init();
    Nd4j.getRandom().setSeed(5);
    INDArray input = Nd4j.randn(inputShape(net));
    INDArray labels = Nd4j.zeros(input.size(0), 3);
    labels.putScalar(0, 0, 1).putScalar(1, 2, 1).putScalar(2, 1, 1);
    graph.setInputs(input);
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    Map<String, INDArray> gradients = graph.gradient().gradientForVariable();
    graph.paramTable().keySet().forEach(name -> {
      assertNotNull(gradients.get(name), name);
      // A bias before a norm has gradient zero, but for rounding.
      boolean beforeNorm = name.endsWith("_b");
      double largest = gradients.get(name).amaxNumber().doubleValue();
      assertTrue(Double.isFinite(largest) && (beforeNorm || largest > 0), net.modelName() + " " + name + " " + largest);
    });
    graph.fit(new DataSet(input, labels));
    assertTrue(Double.isFinite(graph.score()));
  }

  private static long[] inputShape(ResNet net) {
    long[] shape = net.inputType().getShape(false);
    return Stream.of(3L, shape[0], shape[1], shape[2]).mapToLong(Long::longValue).toArray();
  }

  @Test
  void withoutAHeadTheOutputIsThePooledFeatures() {
    ComputationGraph graph = ResNets.named("cifar_resnet8").head(false).build().init();
    assertEquals(List.of("pool"), graph.getConfiguration().getNetworkOutputs());
    INDArray features = graph.outputSingle(Nd4j.rand(2, 3, 32, 32));
    assertEquals(64, features.size(1));
    assertEquals(2, features.rank());
  }

  @Test
  void aZeroedLastNormLeavesAUnitIdentityAtFirst() {
    ComputationGraph graph = ResNet.builder().spec(ResNets.spec("resnet18").withDepths(2).withWidth(8))
        .zeroInitLastNorm(true).inputShape(3, 32, 32).build().init();
    Map<String, INDArray> activations = graph.feedForward(Nd4j.rand(1, 3, 32, 32), false);
    assertEquals(activations.get("stem_pool"), activations.get("stage1_block2_relu"));
  }

  @ParameterizedTest
  @CsvSource({"IN,0.08333", "OUT,0.05893"})
  void heInitialisationHasTheStandardDeviationOfItsFan(HeInitialization.Fan fan, double expected) {
    // 128 channels from 32: sqrt(2 / (9 * 32)) and, over the output, sqrt(2 / (9 * 64)).
    ComputationGraph graph = ResNet.builder().spec(ResNets.spec("resnet18").withDepths(1, 1).withWidth(32))
        .heInitialization(fan).inputShape(3, 32, 32).build().init();
    INDArray weights = graph.getParam("stage2_block1_conv1_W");
    assertEquals(expected, weights.stdNumber().doubleValue(), 0.03 * expected);
  }

  @Test
  void theSameSeedGivesTheSameWeights() {
    INDArray first = ResNets.named("cifar_resnet8").seed(7).build().init().params();
    assertEquals(first, ResNets.named("cifar_resnet8").seed(7).build().init().params());
    assertTrue(!first.equals(ResNets.named("cifar_resnet8").seed(8).build().init().params()));
  }

  @Test
  void whatCannotWorkIsASentence() {
    refused("a basic block has neither groups", () -> ResNets.spec("resnet18").withGroups(32, 4));
    refused("basic block has no dilation",
        () -> ResNets.named("resnet18").replaceStrideWithDilation(false, true, true).build());
    refused("one choice of dilation for each stage",
        () -> ResNets.named("resnet50").replaceStrideWithDilation(true).build());
    refused("first unit strides",
        () -> ResNets.named("resnet50_v2_slim").replaceStrideWithDilation(false, false, true).build());
    refused("group norm has 32 groups", () -> ResNets.named("cifar_resnet20").norm(Norm.GROUP).build());
    refused("one choice of dilation", () -> ResNets.named("resnet50").replaceStrideWithDilation(false).build());
    refused("norm has no scale", () -> ResNets.named("resnet50_v2_ref_slim").norm(Norm.FROZEN_BATCH).build());
    refused("plain net", () -> ResNets.named("cifar_plain20").zeroInitLastNorm(true).build());
    refused("on the trunk", () -> ResNets.named("cifar_resnet20_norm_after_add").zeroInitLastNorm(true).build());
    refused("no gradient", () -> ResNets.named("resnet50_v2_ref_keras").zeroInitLastNorm(true).build());
    refused("frozen norm", () -> ResNets.named("resnet50").norm(Norm.FROZEN_BATCH).zeroInitLastNorm(true).build());
    refused("trunk convolution", () -> ResNets.named("resnet50_v2_slim").shortcut(Shortcut.TRUNK_CONVOLUTION).build());
    refused("zero-padded", () -> new ResNetSpec("narrow", Block.BASIC, Version.V1, Stem.CIFAR, 64, 16, List.of(1), 1, 64,
        Shortcut.ZERO_PAD, Dialect.TORCHVISION));
    refused("more channels", () -> ResNets.spec("resnet18").withWidth(1 << 27));
    refused("at least 37 x 37", () -> ResNets.named("resnet50_v2_ref_keras").inputShape(3, 36, 224).build());
    refused("at least one class", () -> ResNets.named("resnet50").numClasses(0).build());
    refused("at least one channel", () -> ResNets.named("resnet50").inputShape(0, 224, 224).build());
    refused("probability", () -> ResNets.named("resnet50").dropout(1).build());
    refused("stochastic depth is a probability", () -> ResNets.named("resnet50").stochasticDepth(1).build());
    refused("a plain net has not", () -> ResNets.named("cifar_plain20").stochasticDepth(0.1).build());
    refused("no add", () -> ResNets.spec("cifar_resnet20_norm_after_add").withShortcut(Shortcut.NONE));
  }

  private static void refused(String part, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
