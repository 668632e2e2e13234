package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** At every endpoint, a net computes what the original framework computed. */
final class InferenceParity {
  private InferenceParity() {}

  /** Every case of a model's record, in both layouts. */
  static void check(String model) {
    JsonNode record = Recorded.read("inference/" + model + ".json");
    for (JsonNode recorded : record.get("cases")) {
      for (CNN2DFormat format : CNN2DFormat.values()) {
        compare(model, recorded, format);
        Nd4j.getMemoryManager().invokeGc();
      }
    }
  }

  private static void compare(String model, JsonNode recorded, CNN2DFormat format) {
    int[] shape = Recorded.ints(recorded.get("input"));
    ResNet net = Recorded.options(ResNets.named(model), recorded.get("options"))
        .numClasses(recorded.get("classes").asInt()).inputShape(shape[1], shape[2], shape[3]).format(format).build();
    ComputationGraph graph = new ComputationGraph(net.configuration());
    LayerHelpers.enable();
    graph.init(Nd4j.create(1, ModelSummaryTest.allParameters(graph)), false);
    FormulaWeights.set(graph);
    if (recorded.has("zeroTensors")) {
      FormulaWeights.zero(graph, Recorded.texts(recorded.get("zeroTensors")));
    }
    INDArray input = FormulaWeights.input(shape, format);
    Map<String, INDArray> activations = graph.feedForward(input, false);
    JsonNode endpoints = recorded.get("endpoints");
    Map<String, String> vertices = net.endpoints();
    assertEquals(Set.copyOf(vertices.keySet()), Set.copyOf(Recorded.names(endpoints)), model);
    endpoints.fieldNames().forEachRemaining(endpoint -> {
      String what = model + " " + recorded.get("name").asText() + " " + format + " " + endpoint;
      Recorded.assertSame(what, endpoints.get(endpoint),
          Recorded.nchw(activations.get(vertices.get(endpoint)), format), 1e-4);
    });
    if (activations.containsKey("logits")) {
      INDArray probabilities = Transforms.softmax(activations.get("logits"), true);
      assertTrue(probabilities.equalsWithEps(graph.outputSingle(FormulaWeights.input(shape, format)), 1e-5), model);
    }
  }
}
