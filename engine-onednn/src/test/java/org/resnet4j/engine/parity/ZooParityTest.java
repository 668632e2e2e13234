package org.resnet4j.engine.parity;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;

/** Every net of the family as it is, at its stem, every block, pool, logits and output. */
class ZooParityTest {
  static List<String> models() {
    return ResNets.names();
  }

  @ParameterizedTest
  @MethodSource("models")
  void computesWhatDl4jComputesAtEveryEndpoint(String model) {
    boolean cifar = model.contains("cifar");
    int height = cifar ? 21 : 67;
    int width = cifar ? 18 : 64;
    ResNet net = ResNets.named(model).inputShape(3, height, width).build();
    LayerHelpers.enable();
    ComputationGraph graph = FormulaParameters.initialised(new ComputationGraph(net.configuration()));
    long start = System.nanoTime();
    Parity.check(model, graph, endpoints(net, graph), FormulaParameters.input("input", 2, 3, height, width));
    System.out.println(model + " " + (System.nanoTime() - start) / 1000000);
    graph.close();
    Nd4j.getMemoryManager().invokeGc();
  }

  /** The net's endpoints and every block's last vertex. */
  static Collection<String> endpoints(ResNet net, ComputationGraph graph) {
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
