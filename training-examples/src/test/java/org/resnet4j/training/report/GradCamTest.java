package org.resnet4j.training.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.modelimport.KerasImport;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.pytorch.PyTorchFile;
import org.resnet4j.modelimport.pytorch.PyTorchNames;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.testdata.Formula;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.TensorSource;

/** Against maps that PyTorch's autograd and TensorFlow's GradientTape gave (torch_gradcam.py, keras_gradcam.py). */
class GradCamTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir
  private Path folder;

  @BeforeAll
  static void helpers() {
    LayerHelpers.enable();
  }

  @Test
  void theZoosNetsHavePyTorchsMapsInBothLayouts() throws IOException {
    for (JsonNode recorded : recorded("torch")) {
      String model = recorded.get("model").asText();
      if (!model.endsWith(".th")) {
        compare(recorded, model, CNN2DFormat.NCHW);
        if (model.startsWith("cifar")) {
          compare(recorded, model, CNN2DFormat.NHWC);
        }
      }
    }
  }

  private static void compare(JsonNode recorded, String model, CNN2DFormat format) {
    int[] shape = shape(recorded);
    ResNet net = ResNets.named(model).numClasses(recorded.get("classes").asInt())
        .inputShape(shape[1], shape[2], shape[3]).format(format).build();
    ComputationGraph graph = formula(net.init());
    String endpoint = recorded.get("endpoint").asText();
    GradCam cam = endpoint.equals("pool") ? GradCam.of(graph) : GradCam.at(graph, net.endpoints().get(endpoint));
    assertMaps(model + " " + format + " " + endpoint, recorded, cam, input(shape, format));
  }

  @Test
  void publishedWeightsHavePyTorchsMaps() throws IOException {
    for (JsonNode recorded : recorded("torch")) {
      Path weights = Path.of("..", "..", "shared", "oracles", "pytorch-cifar10", recorded.get("model").asText());
      if (recorded.get("model").asText().endsWith(".th")) {
        assumeTrue(Files.exists(weights), "the shared weights aren't on this machine");
        ComputationGraph graph = ResNets.named("cifar_resnet20").build().init();
        try (PyTorchFile file = PyTorchFile.open(weights)) {
          ModelWeights.load(graph, PyTorchNames.canonical(file));
        }
        assertMaps("published", recorded, GradCam.of(graph), input(shape(recorded), CNN2DFormat.NCHW));
      }
    }
  }

  @Test
  void importedKerasModelsHaveTensorFlowsMaps() throws IOException {
    for (JsonNode recorded : recorded("keras")) {
      String name = recorded.get("name").asText();
      Path own = Files.createDirectory(folder.resolve(name));
      Path archive;
      Path model;
      if (name.equals("resnet_v2")) {
        model = carried(own, "resnet_v2.h5");
        archive = carried(own, "resnet_v2.io.npz");
      } else {
        Fixtures.unpack("keras/" + name + ".zip", own);
        model = own.resolve("k2.h5");
        archive = own.resolve("io.npz");
      }
      try (NpzFile io = NpzFile.open(archive)) {
        INDArray first = io.read("x", DataType.FLOAT).get(NDArrayIndex.interval(0, 1));
        assertMaps(name, recorded, GradCam.of(KerasImport.load(model).graph()), first);
      }
    }
  }

  @Test
  void dropoutAndFrozenLayersChangeNothing() {
    int[] shape = {1, 3, 32, 32};
    INDArray x = input(shape, CNN2DFormat.NCHW);
    ComputationGraph plain = formula(ResNets.named("cifar_resnet8").build().init());
    ComputationGraph dropping = formula(ResNets.named("cifar_resnet8").dropout(0.5).build().init());
    float[][] expected = GradCam.of(plain).map(x, 4);
    assertArrayEquals(expected, GradCam.of(dropping).map(x, 4));
    assertArrayEquals(expected, GradCam.of(ResNetTransfer.freezeThrough(dropping, "dropout")).map(x, 4));
    assertArrayEquals(GradCam.at(plain, "stage2_block1_relu").map(x, 4),
        GradCam.at(ResNetTransfer.freezeThrough(plain, "stage3_block1_conv1"), "stage2_block1_relu").map(x, 4));
  }

  @Test
  void theGraphAndTheGlobalGeneratorStayAsTheyWere() {
    ComputationGraph graph = formula(ResNets.named("cifar_resnet8").build().init());
    INDArray x = input(new int[] {1, 3, 32, 32}, CNN2DFormat.NCHW);
    INDArray parameters = graph.params().dup();
    INDArray output = graph.outputSingle(x).dup();
    INDArray given = x.dup();
    Nd4j.getRandom().setSeed(7);
    long drawn = Nd4j.getRandom().nextLong();
    Nd4j.getRandom().setSeed(7);

    GradCam.at(graph, "stage2_block1_relu").maps(x, 0, 9);

    assertEquals(drawn, Nd4j.getRandom().nextLong());
    assertEquals(parameters, graph.params());
    assertEquals(given, x);
    assertEquals(output, graph.outputSingle(x));
    for (var vertex : graph.getVertices()) {
      assertTrue(vertex.getEpsilon() == null, vertex.getVertexName() + " keeps a gradient");
    }
  }

  @Test
  void wrongArgumentsAreSaidToBeWrong() {
    ComputationGraph graph = ResNets.named("cifar_resnet8").build().init();
    GradCam cam = GradCam.of(graph);
    INDArray x = input(new int[] {1, 3, 32, 32}, CNN2DFormat.NCHW);
    assertTrue(message(() -> cam.map(x, 10)).contains("0 to 9"));
    assertTrue(message(() -> cam.map(x, -1)).contains("found -1"));
    assertTrue(message(() -> cam.map(Nd4j.zeros(2, 3, 32, 32), 1)).contains("[2, 3, 32, 32]"));
    assertTrue(message(() -> GradCam.at(graph, "stage9")).contains("stage9"));
    assertTrue(message(() -> GradCam.at(graph, "stage1_block1_conv1")).contains("every path"), "a branch isn't enough");
  }

  @Test
  void anotherInputSizeHasAMapOfItsOwnSize() {
    ComputationGraph graph = formula(ResNets.named("cifar_resnet8").build().init());
    GradCam cam = GradCam.of(graph);
    assertEquals(8, cam.map(input(new int[] {1, 3, 32, 32}, CNN2DFormat.NCHW), 0).length);
    float[][] wide = cam.map(input(new int[] {1, 3, 16, 64}, CNN2DFormat.NCHW), 0);
    assertEquals(4, wide.length);
    assertEquals(16, wide[0].length);
  }

  @Test
  void smallImagesCanHaveFinerMapsFromEarlierOn() {
    ComputationGraph graph = formula(ResNets.named("cifar_resnet8").build().init());
    INDArray x = input(new int[] {1, 3, 8, 8}, CNN2DFormat.NCHW);
    assertEquals(2, GradCam.of(graph).map(x, 0).length);
    assertArrayEquals(GradCam.at(graph, "stage2_block1_relu").map(x, 0), GradCam.of(graph, 4).map(x, 0));
    assertEquals(2, GradCam.of(graph, 100).map(x, 0).length, "the usual one, where none is fine enough");
    INDArray tiny = input(new int[] {1, 3, 4, 4}, CNN2DFormat.NCHW);
    assertEquals(2, GradCam.of(graph).map(tiny, 0).length, "one pixel is no map");
  }

  @Test
  void theOverlayIsTheImageWithHeatWhereTheMapIsHigh() {
    BufferedImage grey = new BufferedImage(40, 20, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 800; i++) {
      grey.setRGB(i % 40, i / 40, 0x808080);
    }
    BufferedImage drawn = GradCam.overlay(new float[][] {{0, 1}}, grey);
    assertEquals(40, drawn.getWidth());
    assertEquals(20, drawn.getHeight());
    double before = 0;
    for (int x = 0; x < 40; x++) {
      Color colour = new Color(drawn.getRGB(x, 10));
      double light = 0.3 * colour.getRed() + 0.59 * colour.getGreen() + 0.11 * colour.getBlue();
      assertTrue(light >= before - 1, "lightness falls at " + x);
      before = light;
    }
    // The centres of the two cells are at 10 and 30; outside them the map is constant.
    assertEquals(drawn.getRGB(0, 0), drawn.getRGB(9, 0));
    assertEquals(drawn.getRGB(39, 0), drawn.getRGB(30, 0));
    assertEquals(0.25, HeatOverlay.at(new float[][] {{0, 1}, {0, 1}}, 0.5, 0.25), 1e-9);
  }

  private static String message(org.junit.jupiter.api.function.Executable refused) {
    return assertThrows(IllegalArgumentException.class, refused).getMessage();
  }

  private static Iterable<JsonNode> recorded(String framework) throws IOException {
    try (InputStream stream = Fixtures.open("gradcam/" + framework + ".json")) {
      return new ObjectMapper().readTree(stream).get("cases");
    }
  }

  private static int[] shape(JsonNode recorded) {
    return StreamSupport.stream(recorded.get("input").spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  private static void assertMaps(String what, JsonNode recorded, GradCam cam, INDArray x) {
    Map<Integer, JsonNode> expected = new LinkedHashMap<>();
    recorded.get("maps").fields().forEachRemaining(e -> expected.put(Integer.valueOf(e.getKey()), e.getValue()));
    assertTrue(!expected.isEmpty(), what);
    int[] labels = expected.keySet().stream().mapToInt(Integer::intValue).toArray();
    List<float[][]> maps = cam.maps(x, labels);
    for (int i = 0; i < labels.length; i++) {
      JsonNode rows = expected.get(labels[i]);
      float[][] map = maps.get(i);
      assertEquals(rows.size(), map.length, what);
      for (int y = 0; y < map.length; y++) {
        assertEquals(rows.get(y).size(), map[y].length, what);
        for (int column = 0; column < map[y].length; column++) {
          assertEquals(rows.get(y).get(column).asDouble(), map[y][column], TOLERANCE,
              what + ", class " + labels[i] + ", row " + y + ", column " + column);
        }
      }
    }
  }

  private static INDArray input(int[] shape, CNN2DFormat format) {
    INDArray x = Nd4j.createFromArray(Formula.unitValues("input", shape[0] * shape[1] * shape[2] * shape[3])).muli(2)
        .reshape(shape[0], shape[1], shape[2], shape[3]);
    return format == CNN2DFormat.NCHW ? x : x.permute(0, 2, 3, 1).dup('c');
  }

  private static ComputationGraph formula(ComputationGraph graph) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    ModelWeights.shapes(graph).forEach(
        (name, shape) -> tensors.put(name, Nd4j.create(Formula.tensor(name, shape), shape, 'c')));
    ModelWeights.load(graph, TensorSource.of("formula", tensors));
    return graph;
  }

  private static Path carried(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream stream = GradCam.class.getResourceAsStream("/org/resnet4j/training/quickstart/" + name)) {
      Files.copy(stream, file);
    }
    return file;
  }
}
