package org.resnet4j.modelimport.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.model.Activation.Plain;
import org.resnet4j.modelimport.model.Activation.Relu;
import org.resnet4j.modelimport.model.KerasModel;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Node;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.Affine;
import org.resnet4j.modelimport.model.Operation.Border;
import org.resnet4j.modelimport.model.Operation.Constant;
import org.resnet4j.modelimport.model.Operation.Convolution;
import org.resnet4j.modelimport.model.Operation.Cropping;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Identity;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Operation.Select;
import org.resnet4j.modelimport.model.Operation.Subsample;
import org.resnet4j.modelimport.model.Regularization;
import org.resnet4j.modelimport.model.Shape;

/** Configurations of one idea each, recorded from real Keras 2 and 3 by {@code record_configurations.py}. */
class RecordedConfigurationsTest {
  private static final Set<String> REFUSED = Set.of("op_divided_constant", "op_power", "op_one_channel", "f_abs",
      "dropout_in_training", "auto_contrast", "attention");
  private static final Map<String, JsonNode> CASES = new LinkedHashMap<>();

  @BeforeAll
  static void readCases() throws IOException {
    try (InputStream file = RecordedConfigurationsTest.class.getResourceAsStream("configurations.json")) {
      new ObjectMapper().readTree(file).forEach(example -> CASES.put(example.get("name").asText(), example));
    }
    assertTrue(CASES.size() > 150, CASES.size() + " cases");
  }

  @TestFactory
  Stream<DynamicTest> hasTheShapesThatKerasFound() {
    return CASES.entrySet().stream().filter(example -> !refused(example.getKey()))
        .map(example -> DynamicTest.dynamicTest(example.getKey(), () -> {
          KerasModel model = read(example.getKey());
          assertEquals(shapes(example.getValue().get("outputs")), model.outputs().stream()
              .map(output -> shapeOf(model, output).toString().replace("?", "-1")).toList());
          List<String> weights = new ArrayList<>();
          collect(model.root(), weights);
          assertEquals(shapes(example.getValue().get("weights")).stream().sorted().toList(),
              weights.stream().sorted().toList());
          assertEquals(example.getKey().endsWith("2") ? KerasModel.Version.KERAS_2 : KerasModel.Version.KERAS_3,
              model.version());
        }));
  }

  @TestFactory
  Stream<DynamicTest> refusesByName() {
    return CASES.keySet().stream().filter(RecordedConfigurationsTest::refused)
        .map(name -> DynamicTest.dynamicTest(name, () -> {
          ModelImportException e = assertThrows(ModelImportException.UnsupportedLayer.class, () -> read(name));
          assertTrue(e.object().matches("(layer|output) \".*"), e.getMessage());
        }));
  }

  @Test
  void takesThePreprocessingApart() {
    for (String version : List.of("k2", "k3")) {
      KerasModel caffe = read("caffe_" + version);
      assertEquals(new Select(3, List.of(2, 1, 0)), caffe.nodes().get(0).operation());
      Affine centred = (Affine) caffe.nodes().get(1).operation();
      assertEquals(List.of(-103.939f, -116.779f, -123.68f), centred.offset().values());
      assertEquals(2, caffe.nodes().size());
      assertEquals(new Select(1, List.of(2, 1, 0)), read("caffe_first_" + version).nodes().get(0).operation());
      assertEquals(Shape.of(3, 1, 1),
          ((Affine) read("caffe_first_" + version).nodes().get(1).operation()).offset().shape());
      assertEquals(new Affine(Constant.scalar(1 / 127.5), Constant.scalar(0)),
          read("tf_" + version).nodes().get(0).operation());
      assertEquals(new Affine(Constant.scalar(1), Constant.scalar(-1)),
          read("tf_" + version).nodes().get(1).operation());
    }
  }

  @Test
  void takesSlices() {
    for (String version : List.of("k2", "k3")) {
      assertEquals(new Subsample(new Pair(2, 3), DataFormat.CHANNELS_LAST), only("op_subsample_" + version));
      assertEquals(new Subsample(new Pair(2, 2), DataFormat.CHANNELS_LAST), only("op_subsample_short_" + version));
      assertEquals(new Cropping(new Border(1, 1, 2, 1), DataFormat.CHANNELS_LAST), only("op_crop_" + version));
      assertEquals(new Select(3, List.of(0, 1)), only("op_channels_" + version));
      assertEquals(new Select(3, List.of(2, 1, 0)), only("op_reverse_" + version));
      assertEquals(new Select(3, List.of(2, 1, 0)), only("f_stack_" + version));
      assertEquals(new Select(3, List.of(2, 1, 0)), only("f_reverse_" + version));
    }
  }

  @Test
  void keepsTheOrderOfOperands() {
    for (String version : List.of("k2", "k3")) {
      KerasModel inputs = read("two_inputs_" + version);
      // The nested model subtracts its first input from its second.
      Node minus = inputs.nodes().get(inputs.nodes().size() - 1);
      assertEquals("in", minus.inputs().get(0));
      assertEquals("minus", minus.name());
      assertEquals("minus", inputs.aliases().get("two"));
      KerasModel dictionary = read("dictionary_" + version);
      assertEquals("in", dictionary.nodes().get(dictionary.nodes().size() - 1).inputs().get(0));
      KerasModel outputs = read("two_outputs_" + version);
      assertEquals(List.of("c2", "c1"), outputs.nodes().get(outputs.nodes().size() - 1).inputs());
    }
  }

  @Test
  void givesEachCallOfASharedLayerANode() {
    for (String version : List.of("k2", "k3")) {
      KerasModel layer = read("shared_layer_" + version);
      assertEquals(List.of("s", "s_call2", "concatenate"), layer.nodes().stream().map(Node::name).toList());
      assertEquals(List.of("s_call2", "in"), layer.nodes().get(2).inputs());
      assertEquals("s", layer.nodes().get(1).layer());
      KerasModel model = read("shared_model_" + version);
      assertEquals(Set.of("c", "bn", "c_call2", "bn_call2"), Set.copyOf(model.nodes().stream().map(Node::name)
          .filter(name -> name.matches("(c|bn).*")).toList()));
      assertEquals("bn_call2", model.aliases().get("base_call2"));
      assertEquals("base/c", model.nodes().stream().filter(node -> node.name().equals("c_call2")).findFirst()
          .orElseThrow().layer());
    }
  }

  @Test
  void namesNodesByPathWhereLayersShareAName() {
    for (String version : List.of("k2", "k3")) {
      KerasModel model = read("same_names_" + version);
      assertEquals(Set.of("one/c", "one/bn", "two/c", "two/bn", "add"),
          Set.copyOf(model.nodes().stream().map(Node::name).toList()));
      assertEquals("one/bn", model.aliases().get("one"));
    }
  }

  @Test
  void tellsFrozenFromInference() {
    Node frozen = node("frozen_base_k2", "bn");
    assertTrue(!frozen.trainable() && frozen.inference());
    // Keras 3's fit puts training=True in place of what the model was built with.
    Node frozen3 = node("frozen_base_k3", "bn");
    assertTrue(!frozen3.trainable() && !frozen3.inference());
    assertTrue(read("frozen_base_k3").notes().toString().contains("training=False"));
  }

  @Test
  void keepsRegularisersAndSaysWhatItLeavesOut() {
    for (String version : List.of("k2", "k3")) {
      Convolution conv = (Convolution) only("conv_" + version);
      assertEquals(0.1, conv.kernelRegularization().l1(), 1e-7);
      assertEquals(0.2, conv.kernelRegularization().l2(), 1e-7);
      assertEquals(Regularization.NONE, conv.biasRegularization());
      assertEquals(Relu.PLAIN, conv.activation());
      assertEquals(2, read("constraint_" + version).notes().size());
      assertEquals(5, read("augmentation_" + version).notes().size());
      assertTrue(read("augmentation_" + version).nodes().stream().allMatch(n -> n.operation() instanceof Identity));
      assertTrue(read("double_policy_" + version).doublePrecision());
      assertEquals(1, read("mixed_policy_" + version).notes().size());
    }
  }

  @Test
  void knowsBothHardSigmoids() {
    assertEquals(new Operation.Activate(Plain.HARD_SIGMOID_2), only("hard_sigmoid_k2"));
    assertEquals(new Operation.Activate(Plain.HARD_SIGMOID_3), only("hard_sigmoid_k3"));
  }

  private static Operation only(String name) {
    List<Node> nodes = read(name).nodes();
    assertEquals(1, nodes.size(), name);
    return nodes.get(0).operation();
  }

  private static Node node(String model, String name) {
    return read(model).nodes().stream().filter(node -> node.name().equals(name)).findFirst().orElseThrow();
  }

  private static boolean refused(String name) {
    return REFUSED.contains(name.substring(0, name.length() - 3));
  }

  private static KerasModel read(String name) {
    return ArchitectureReader.read(CASES.get(name).get("config").toString(), Optional.empty(), Optional.empty());
  }

  private static Shape shapeOf(KerasModel model, String name) {
    return model.nodes().stream().filter(node -> node.name().equals(name)).map(Node::shape).findFirst()
        .or(() -> model.inputs().stream().filter(input -> input.name().equals(name)).map(i -> i.shape()).findFirst())
        .orElseThrow();
  }

  private static List<String> shapes(JsonNode shapes) {
    List<String> texts = new ArrayList<>();
    shapes.forEach(shape -> texts.add(shape.toString().replace(",", ", ").replace("null", "-1")));
    return texts;
  }

  private static void collect(Layer layer, List<String> weights) {
    layer.weights().forEach(weight -> weights.add(weight.shape().toString()));
    layer.children().forEach(child -> collect(child, weights));
  }
}
