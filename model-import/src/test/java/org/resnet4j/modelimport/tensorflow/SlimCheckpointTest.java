package org.resnet4j.modelimport.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.modelimport.tensorflow.CheckpointFixtures.RECORD;
import static org.resnet4j.modelimport.tensorflow.CheckpointFixtures.copy;
import static org.resnet4j.testdata.Formula.unitValues;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.ShapeDiffers;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;
import org.resnet4j.modelimport.tensorflow.SlimCheckpoint.Averages;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.TensorSource;

class SlimCheckpointTest {
  private static final int[] INPUT = {2, 3, 72, 56};

  @TempDir
  private Path folder;

  private SlimCheckpoint open(String checkpoint, Averages averages) throws IOException {
    return SlimCheckpoint.open(copy(checkpoint, folder), averages);
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "official_v1", "official_v2", "reference_v1", "reference_v2", "training_v1", "training_v2"})
  void theNetComputesWhatTensorFlowComputes(String checkpoint) throws IOException {
    compare(open(checkpoint, Averages.IGNORE), RECORD.get("logits").get(checkpoint));
  }

  @ParameterizedTest
  @ValueSource(strings = {"training_v2", "averages_v2"})
  void withItsAveragesTheNetComputesWhatTensorFlowComputesWithThem(String checkpoint) throws IOException {
    compare(open(checkpoint, Averages.USE), RECORD.get("averagedLogits").get(checkpoint));
  }

  private static void compare(SlimCheckpoint slim, JsonNode recorded) {
    assertArrayEquals(INPUT, StreamSupport.stream(RECORD.get("input").spliterator(), false)
        .mapToInt(JsonNode::asInt).toArray());
    float[] pixels = unitValues("input", INPUT[0] * INPUT[1] * INPUT[2] * INPUT[3]);
    INDArray input = Nd4j.createFromArray(pixels).muli(2).reshape(INPUT[0], INPUT[1], INPUT[2], INPUT[3]);
    for (CNN2DFormat format : CNN2DFormat.values()) {
      ComputationGraph graph =
          slim.net().inputShape(INPUT[1], INPUT[2], INPUT[3]).format(format).build().init();
      ModelWeights.load(graph, slim.tensors());
      INDArray logits = graph.feedForward(
          format == CNN2DFormat.NCHW ? input : input.permute(0, 2, 3, 1).dup('c'), false).get("logits");
      double worst = 0;
      float[] found = logits.dup('c').reshape(logits.length()).toFloatVector();
      assertEquals(1, recorded.get("stride").asInt());
      assertEquals(recorded.get("values").size(), found.length);
      for (int i = 0; i < found.length; i++) {
        assertTrue(Float.isFinite(found[i]));
        worst = Math.max(worst, Math.abs(recorded.get("values").get(i).asDouble() - found[i]));
      }
      assertTrue(worst <= 1e-4 * recorded.get("largest").asDouble(), format + ": differs by " + worst);
    }
  }

  @Test
  void averagesAreAnotherNetThanTheWeights() throws IOException {
    INDArray weights = open("training_v2", Averages.IGNORE).tensors().read("stem_conv.weight");
    INDArray averages = open("training_v2", Averages.USE).tensors().read("stem_conv.weight");
    assertFalse(weights.equalsWithEps(averages, 1e-5));
  }

  @ParameterizedTest
  @CsvSource({
    "official_v1, resnet50_v2_slim, resnet_v2_50, 64, 2",
    "reference_v2, resnet50_v2_ref_slim, resnet_v2_6, 2, 2",
    "training_v2, resnet50_v2_slim, resnet_v2, 64, 4"})
  void theArchitectureFollowsFromNamesAndShapes(String checkpoint, String model, String scope, int stem, int width)
      throws IOException {
    SlimCheckpoint slim = open(checkpoint, Averages.IGNORE);
    assertEquals(model, slim.spec().name());
    assertEquals(scope, slim.scope());
    assertEquals(stem, slim.spec().stemChannels());
    assertEquals(width, slim.spec().width());
    assertEquals(checkpoint.startsWith("training") ? List.of(2, 1) : List.of(3, 4, 6, 3), slim.spec().depths());
    assertEquals(OptionalInt.of(11), slim.classes());
  }

  @Test
  void whatIsIgnoredIsListed() throws IOException {
    assertEquals(List.of("global_step"), open("official_v1", Averages.IGNORE).ignored());
    List<String> ignored = open("training_v2", Averages.USE).ignored();
    assertTrue(ignored.contains("resnet_v2/conv1/weights"));
    assertTrue(ignored.contains("resnet_v2/conv1/weights/Momentum"));
    assertFalse(ignored.contains("resnet_v2/conv1/weights/ExponentialMovingAverage"));
    assertFalse(ignored.contains("resnet_v2/postnorm/moving_mean"));
    List<String> adam = open("training_v1", Averages.IGNORE).ignored();
    assertTrue(adam.containsAll(List.of("resnet_v2/conv1/weights/Adam_1", "beta1_power", "beta2_power")));
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 101, 152, 200})
  void theOfficialNetsHaveTheZoosTensors(int depth) {
    String scope = "resnet_v2_" + depth;
    Map<String, long[]> shapes = new LinkedHashMap<>();
    CheckpointFixtures.json("variables").get(scope).properties().forEach(variable -> shapes.put(
        scope + "/" + variable.getKey(),
        StreamSupport.stream(variable.getValue().spliterator(), false).mapToLong(JsonNode::asLong).toArray()));
    SlimCheckpoint slim = SlimCheckpoint.of(named(shapes), Averages.IGNORE);
    assertEquals(ResNets.spec("resnet" + depth + "_v2_slim"), slim.spec());
    assertEquals(OptionalInt.of(1001), slim.classes());
    assertEquals(List.of(), slim.ignored());

    ComputationGraph graph = new ComputationGraph(slim.net().build().configuration());
    graph.init(Nd4j.create(1, graphLength(slim)), false);
    Map<String, long[]> expected = ModelWeights.shapes(graph);
    Map<String, long[]> found = slim.tensors().shapes();
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((tensor, shape) -> assertArrayEquals(shape, found.get(tensor), tensor));
  }

  private static long graphLength(SlimCheckpoint slim) {
    return slim.tensors().shapes().values().stream().mapToLong(StoredTensor::length).sum();
  }

  private static TensorSource named(Map<String, long[]> shapes) {
    return new TensorSource() {
      @Override
      public String name() {
        return "a list";
      }

      @Override
      public Map<String, long[]> shapes() {
        return shapes;
      }

      @Override
      public INDArray read(String tensor) {
        throw new AssertionError("read");
      }
    };
  }

  /** The variables of a checkpoint, changed, are refused; the exception. */
  private <T extends ModelImportException> T refused(Class<T> type, String checkpoint, Averages averages,
      Consumer<Map<String, long[]>> change) throws IOException {
    Map<String, long[]> shapes = Checkpoint.open(copy(checkpoint, folder)).shapes();
    change.accept(shapes);
    return assertThrows(type, () -> SlimCheckpoint.of(named(shapes), averages));
  }

  @Test
  void anUnknownVariableIsNamed() throws IOException {
    for (String unknown : new String[] {"resnet_v2_50/mixed/weights", "head/weights",
        "resnet_v2_50/conv1/weights/Shampoo", "head/weights/Momentum", "resnet_v2_50/conv1/weights/Momentum/Momentum",
        "resnet_v2_50/block1/unit_1/bottleneck_v2/preactivate/beta"}) {
      WeightsDiffer thrown = refused(WeightsDiffer.class, "official_v2", Averages.IGNORE,
          shapes -> shapes.put(unknown, new long[] {1}));
      assertTrue(thrown.getMessage().contains('"' + unknown + '"'), thrown.getMessage());
    }
  }

  @Test
  void trainingStateIsRecognisedByRule() throws IOException {
    Map<String, long[]> shapes = Checkpoint.open(copy("official_v2", folder)).shapes();
    List<String> state = List.of("resnet_v2_50/conv1/weights/RMSProp_1", "train/resnet_v2_50/conv1/biases/Momentum",
        "train/beta2_power", "resnet_v2_50/mean_rgb", "resnet_v2_50/postnorm/moving_mean/biased",
        "resnet_v2_50/conv1/weights/ExponentialMovingAverage/local_step", "beta1_power_1");
    state.forEach(name -> shapes.put(name, new long[] {1}));
    assertTrue(SlimCheckpoint.of(named(shapes), Averages.IGNORE).ignored().containsAll(state));
  }

  @Test
  void aMissingVariableIsNamed() throws IOException {
    for (String missing : new String[] {"resnet_v2_50/block3/unit_6/bottleneck_v2/conv2/BatchNorm/gamma",
        "resnet_v2_50/block4/unit_3/bottleneck_v2/conv1/weights", "resnet_v2_50/postnorm/moving_variance",
        "resnet_v2_50/logits/biases"}) {
      WeightsDiffer thrown = refused(WeightsDiffer.class, "official_v2", Averages.IGNORE,
          shapes -> shapes.remove(missing));
      assertTrue(thrown.getMessage().contains('"' + missing + '"'), thrown.getMessage());
    }
  }

  @Test
  void aMissingUnitIsNoticedWithoutAnOfficialName() throws IOException {
    refused(WeightsDiffer.class, "training_v1", Averages.IGNORE,
        shapes -> shapes.keySet().removeIf(name -> name.contains("block1/unit_1/")));
  }

  @Test
  void aVariableOfAnotherShapeIsNamed() throws IOException {
    String name = "resnet_v2_6/block2/unit_1/residual_v2/conv2/weights";
    ShapeDiffers thrown = refused(ShapeDiffers.class, "reference_v1", Averages.IGNORE,
        shapes -> shapes.put(name, new long[] {3, 3, 4, 8}));
    assertEquals('"' + name + '"', thrown.object());
    refused(ShapeDiffers.class, "reference_v1", Averages.IGNORE, shapes -> shapes.put(name, new long[] {3, 3, 4}));
    refused(ShapeDiffers.class, "reference_v1", Averages.IGNORE,
        shapes -> shapes.put("resnet_v2_6/conv1/weights", new long[] {7, 7, 3, 1L << 40}));
  }

  /** R1a's demonstration size, units of depth 64 and bottleneck 64, has no spec. */
  @Test
  void aUnitThatIsNotFourTimesItsBottleneckIsRefusedAsSuch() throws IOException {
    ShapeDiffers thrown = refused(ShapeDiffers.class, "reference_v2", Averages.IGNORE,
        shapes -> shapes.put("resnet_v2_6/block1/unit_1/residual_v2/conv3/weights", new long[] {1, 1, 2, 2}));
    assertEquals("\"resnet_v2_6/block1/unit_1/residual_v2\"", thrown.object());
  }

  @Test
  void aNormWithScaleIsNotTheReferenceNets() throws IOException {
    refused(WeightsDiffer.class, "reference_v2", Averages.IGNORE,
        shapes -> shapes.put("resnet_v2_6/postnorm/gamma", shapes.get("resnet_v2_6/postnorm/beta")));
  }

  @Test
  void onlyAveragesAreRefusedUnlessAskedFor() throws IOException {
    WeightsDiffer thrown = refused(WeightsDiffer.class, "averages_v2", Averages.IGNORE, shapes -> { });
    assertTrue(thrown.remedy().contains("Averages.USE"), thrown.getMessage());
  }

  @Test
  void averagesThatAreNotThereAreRefused() throws IOException {
    WeightsDiffer none = refused(WeightsDiffer.class, "official_v2", Averages.USE, shapes -> { });
    assertTrue(none.remedy().contains("Averages.IGNORE"), none.getMessage());
    WeightsDiffer one = refused(WeightsDiffer.class, "training_v2", Averages.USE,
        shapes -> shapes.remove("resnet_v2/conv1/weights/ExponentialMovingAverage"));
    assertTrue(one.found().contains("resnet_v2/conv1/weights/ExponentialMovingAverage"), one.getMessage());
  }

  @Test
  void aNetWithoutHeadIsOne() throws IOException {
    Map<String, long[]> shapes = Checkpoint.open(copy("official_v2", folder)).shapes();
    shapes.keySet().removeIf(name -> name.contains("/logits/"));
    SlimCheckpoint slim = SlimCheckpoint.of(named(shapes), Averages.IGNORE);
    assertEquals(OptionalInt.empty(), slim.classes());
    assertEquals(ModelWeights.shapes(slim.net().build().init()).keySet(), slim.tensors().shapes().keySet());
  }

  @Test
  void twoNetsInOneFileAreRefused() throws IOException {
    refused(WeightsDiffer.class, "official_v2", Averages.IGNORE,
        shapes -> shapes.put("other/block1/unit_1/bottleneck_v2/conv1/weights", new long[] {1, 1, 64, 2}));
  }

  @Test
  void otherNetsAndObjectBasedCheckpointsAreRefused() throws IOException {
    refused(WrongFormat.class, "types_v2", Averages.IGNORE, shapes -> { });
    WrongFormat thrown = refused(WrongFormat.class, "types_v2", Averages.IGNORE,
        shapes -> shapes.put("_CHECKPOINTABLE_OBJECT_GRAPH", new long[0]));
    assertEquals("an object-based checkpoint", thrown.found());
  }
}
