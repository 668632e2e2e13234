package org.resnet4j.engine.parity;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.Norm;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Shortcut;

/** Every net of the family, compiled as it is and with its stem, every block, pool and logits as outputs as well. */
class ZooParityTest {
  /** More than 100 layers and not narrow by themselves: of full width on demand, as narrow as this always. */
  private static final String LARGE = "(wide_)?res(net|next)(101|152|200)_?(?!cifar).*";
  private static final int NARROW = 16;

  static List<String> models() {
    return ResNets.names().stream().filter(name -> !name.matches(LARGE)).toList();
  }

  static List<String> largeModels() {
    return ResNets.names().stream().filter(name -> name.matches(LARGE)).toList();
  }

  @ParameterizedTest
  @MethodSource("models")
  void ofTheFamilyIsTheSameAtEveryEndpoint(String model) {
    check(ResNets.named(model), model.contains("cifar"));
  }

  @ParameterizedTest
  @MethodSource("largeModels")
  void ofManyLayersButNarrowIsTheSameAtEveryEndpoint(String model) {
    ResNetSpec spec = ResNets.spec(model);
    check(ResNet.builder().spec(spec.withWidth(NARROW)), false);
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("largeModels")
  void ofManyLayersIsTheSameAtEveryEndpoint(String model) {
    check(ResNets.named(model), false);
  }

  private static ResNet.Builder tiny(String base) {
    ResNetSpec spec = ResNets.spec(base);
    ResNetSpec grouped = spec.groups() > 1 ? spec.withGroups(4, 32) : spec;
    return ResNet.builder().spec(grouped.withDepths(1, 2).withWidth(8)).numClasses(3).inputShape(3, 40, 45);
  }

  /** Every structure, and every option that changes what is computed, in both layouts. */
  static List<Named<ResNet>> options() {
    List<Named<ResNet>> all = new ArrayList<>();
    for (ResNet.Builder net : optionsOfOneLayout()) {
      for (CNN2DFormat format : CNN2DFormat.values()) {
        ResNet built = net.format(format).build();
        all.add(Named.of(built.spec() + " " + built.inputType(), built));
      }
    }
    return all;
  }

  private static List<ResNet.Builder> optionsOfOneLayout() {
    List<ResNet.Builder> nets = new ArrayList<>();
    for (String base : List.of("resnet18", "resnet50", "resnet50_v1", "resnext50_32x4d", "wide_resnet50_2",
        "resnet50_keras", "resnet18_v2", "resnet50_v2", "resnet50_v2_slim", "resnet50_v2_keras", "resnet50_v2_ref_slim",
        "resnet50_v2_ref_keras", "cifar_resnet20", "cifar_resnet20_b", "cifar_resnet20_c", "cifar_resnet20_conv",
        "cifar_resnet20_norm_after_add", "cifar_plain20", "cifar_resnet29_v2", "cifar_wrn16_8", "resnet18_cifar")) {
      nets.add(tiny(base));
      nets.add(tiny(base).head(false));
    }
    nets.add(tiny("resnet50").replaceStrideWithDilation(true));
    nets.add(tiny("resnext50_32x4d").replaceStrideWithDilation(true));
    nets.add(ResNet.builder().spec(ResNets.spec("resnet50").withDepths(1, 1, 1).withWidth(32)).norm(Norm.GROUP)
        .inputShape(3, 40, 45).numClasses(3));
    nets.add(tiny("resnet18").norm(Norm.FROZEN_BATCH));
    nets.add(tiny("resnet18").shortcut(Shortcut.ZERO_PAD));
    nets.add(tiny("resnet50").shortcut(Shortcut.ZERO_PAD));
    nets.add(tiny("resnet50").shortcut(Shortcut.PROJECTION_ALWAYS));
    nets.add(tiny("resnet50").shortcut(Shortcut.NONE));
    nets.add(tiny("resnet50").dropout(0.5).inputShape(4, 33, 45));
    nets.add(tiny("resnet18").inputShape(1, 64, 40).normEpsilon(1e-3));
    return nets;
  }

  @ParameterizedTest
  @MethodSource("options")
  void ofEveryStructureAndOptionIsTheSame(ResNet net) {
    check(net, 3);
  }

  private static void check(ResNet.Builder builder, boolean cifar) {
    check(cifar ? builder.inputShape(3, 21, 18).build() : builder.inputShape(3, 67, 64).build(), 2);
  }

  private static void check(ResNet net, int batch) {
    LayerHelpers.enable();
    ComputationGraph graph = FormulaParameters.initialised(new ComputationGraph(net.configuration()));
    long[] shape = net.inputType().getShape(true);
    shape[0] = batch;
    INDArray input = FormulaParameters.input("input", shape);
    String what = net.spec() + " " + net.inputType();
    Parity.check(what, graph, endpoints(net, graph), input);
    graph.close();
    Nd4j.getMemoryManager().invokeGc();
  }

  /** The net's endpoints and every block's last vertex. */
  private static Collection<String> endpoints(ResNet net, ComputationGraph graph) {
    Set<String> endpoints = new LinkedHashSet<>(net.endpoints().values());
    Map<String, String> blocks = new LinkedHashMap<>();
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      if (name.matches("stage\\d+_block\\d+_.*")) {
        blocks.put(name.replaceFirst("(stage\\d+_block\\d+)_.*", "$1"), name);
      }
    }
    endpoints.addAll(blocks.values());
    return endpoints;
  }
}
