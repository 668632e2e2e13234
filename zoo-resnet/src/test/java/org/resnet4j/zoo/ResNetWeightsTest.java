package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.zoo.PretrainedType;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.image.Interpolation;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.image.Resize;
import org.resnet4j.zoo.store.Checksum;
import org.resnet4j.zoo.store.PublishedFile;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.SavedModel;
import org.resnet4j.zoo.weights.TensorSource;
import org.resnet4j.zoo.weights.WeightsException;

class ResNetWeightsTest {
  private static final double MEBIBYTE = 1 << 20;

  private static JsonNode recorded() {
    try (InputStream in = Fixtures.open("published_weights.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Double> numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asDouble).toList();
  }

  @Test
  void torchvisionsRowsAreWhatTorchvisionSays() {
    Set<ResNetWeights> seen = new HashSet<>();
    for (JsonNode set : recorded().get("torchvision")) {
      String spec = set.get("spec").asText();
      ResNetWeights weights = ResNetWeights.valueOf(spec.toUpperCase() + "_" + set.get("set").asText());
      seen.add(weights);
      String url = set.get("url").asText();
      assertEquals(ResNets.spec(spec), weights.spec());
      assertEquals(url, weights.file().orElseThrow().address().toString());
      assertEquals(Checksum.sha256(url.replaceAll(".*-([0-9a-f]{8})\\.pth", "$1")), weights.file().orElseThrow().checksum());
      assertEquals(set.get("mebibytes").asDouble(), weights.file().orElseThrow().bytes() / MEBIBYTE, 0.0005);
      assertEquals(OptionalDouble.of(set.get("top1").asDouble()), weights.top1());
      assertEquals(OptionalDouble.of(set.get("top5").asDouble()), weights.top5());
      Preprocessing preprocessing = weights.preprocessing();
      assertEquals(new Resize.ShorterSide(set.get("resize").asInt()), preprocessing.resize());
      assertEquals(set.get("crop").asInt(), preprocessing.height());
      assertEquals(set.get("crop").asInt(), preprocessing.width());
      assertEquals(numbers(set.get("mean")), preprocessing.mean());
      assertEquals(numbers(set.get("std")), preprocessing.std());
      assertEquals(1 / 255.0, preprocessing.scale());
      // Ours is always antialiased.
      assertEquals(Interpolation.valueOf(set.get("interpolation").asText()), preprocessing.interpolation());
      assertTrue(set.get("antialias").asBoolean());
      assertTrue(weights.hasHead());
      if (set.get("best").asBoolean()) {
        assertEquals(url, ResNets.named(spec).build().pretrainedUrl(PretrainedType.IMAGENET));
      }
    }
    assertEquals(17, seen.size());
  }

  @Test
  void kerasRowsAreWhatKerasSays() {
    Set<ResNetWeights> seen = new HashSet<>();
    for (JsonNode set : recorded().get("keras")) {
      boolean top = set.get("top").asBoolean();
      String spec = set.get("spec").asText();
      ResNetWeights weights = ResNetWeights.valueOf(spec.toUpperCase() + (top ? "" : "_NOTOP"));
      seen.add(weights);
      assertEquals(ResNets.spec(spec), weights.spec());
      assertEquals(set.get("url").asText(), weights.file().orElseThrow().address().toString());
      assertEquals(Checksum.md5(set.get("md5").asText()), weights.file().orElseThrow().checksum());
      assertEquals(top, weights.hasHead());
      assertEquals(top, weights.top1().isPresent());
      assertEquals(top ? 1000 : 0, weights.classes().size());
      for (int value : new int[] {0, 255}) {
        BufferedImage grey = new BufferedImage(224, 224, BufferedImage.TYPE_INT_RGB);
        grey.createGraphics().fillRect(0, 0, value == 0 ? 0 : 224, 224);
        INDArray pixels = weights.preprocessing().apply(grey, CNN2DFormat.NHWC);
        List<Double> expected = numbers(set.get("pixels").get(String.valueOf(value)));
        for (int channel = 0; channel < 3; channel++) {
          assertEquals(expected.get(channel), pixels.getDouble(0, 0, 0, channel), 1e-4);
        }
      }
      long parameters = ModelSummary.of(weights.builder().build()).vertices().stream()
          .mapToLong(ModelSummary.Vertex::trainableParameters).sum();
      // Running statistics add up to 0.3 percent.
      assertEquals(parameters * 4.006, weights.file().orElseThrow().bytes(), 0.0025 * weights.file().orElseThrow().bytes(), weights.name());
    }
    assertEquals(12, seen.size());
  }

  @Test
  void classNamesAreInOrder() {
    List<String> classes = ResNetWeights.RESNET50_IMAGENET1K_V2.classes();
    assertEquals(1000, classes.size());
    recorded().get("classes").properties()
        .forEach(name -> assertEquals(name.getValue().asText(), classes.get(Integer.parseInt(name.getKey()))));
    assertEquals(10, ResNetWeights.CIFAR_RESNET20.classes().size());
    assertEquals("cat", ResNetWeights.CIFAR_RESNET20.classes().get(3));
    assertTrue(ResNetWeights.RESNET50_KERAS_NOTOP.classes().isEmpty());
  }

  @Test
  void everyRowIsANetOfTheTableWithAFileOfItsOwn() {
    assertEquals(36, ResNetWeights.values().length);
    assertEquals(35, Arrays.stream(ResNetWeights.values()).flatMap(weights -> weights.file().stream())
        .map(PublishedFile::name).distinct().count());
    for (ResNetWeights weights : ResNetWeights.values()) {
      assertTrue(ResNets.names().contains(weights.spec().name()), weights.name());
      assertTrue(ResNetWeights.of(weights.spec()).contains(weights));
      weights.file().ifPresent(file -> assertEquals("https", file.address().getScheme()));
      assertFalse(weights.licence().isEmpty());
    }
  }

  @Test
  void theNetKnowsItsWeights() {
    ResNet resnet18 = ResNets.named("resnet18").build();
    assertTrue(resnet18.pretrainedAvailable(PretrainedType.IMAGENET));
    assertFalse(resnet18.pretrainedAvailable(PretrainedType.CIFAR10));
    assertTrue(ResNets.named("cifar_resnet20").build().pretrainedAvailable(PretrainedType.CIFAR10));
    assertEquals(ResNetWeights.RESNET50_KERAS.file().orElseThrow().address().toString(),
        ResNets.named("resnet50_keras").build().pretrainedUrl(PretrainedType.IMAGENET));
    assertEquals(ResNetWeights.RESNET50_KERAS_NOTOP.file().orElseThrow().address().toString(),
        ResNets.named("resnet50_keras").head(false).build().pretrainedUrl(PretrainedType.IMAGENET));
    assertNull(ResNets.named("resnet18_v2").build().pretrainedUrl(PretrainedType.IMAGENET));
    ResNet changed = ResNet.builder().spec(ResNets.spec("resnet18").withDepths(1, 1, 1, 1)).build();
    assertFalse(changed.pretrainedAvailable(PretrainedType.IMAGENET));
    UnsupportedOperationException refused = assertThrows(UnsupportedOperationException.class,
        () -> ResNets.named("cifar_resnet20").build().initPretrained(PretrainedType.IMAGENET));
    assertTrue(refused.getMessage().contains("CIFAR_RESNET20"), refused.getMessage());
  }

  /** The zoo alone has no reader. */
  @Test
  void withoutTheReadersArtifactItIsNamed() {
    MissingArtifactException missing = assertThrows(MissingArtifactException.class,
        () -> ResNets.named("resnet18").build().initPretrained());
    assertTrue(missing.getMessage().contains("org.resnet4j:model-import"), missing.getMessage());
    assertThrows(MissingArtifactException.class, () -> ResNetWeights.RESNET50_KERAS.load());
    MissingArtifactException ours =
        assertThrows(MissingArtifactException.class, () -> ResNetWeights.CIFAR_RESNET20_FASHION_MNIST.load());
    assertTrue(ours.getMessage().contains("org.resnet4j:weights-fashion-mnist"), ours.getMessage());
  }

  @Test
  void oursComeInNoFile() {
    ResNetWeights ours = ResNetWeights.CIFAR_RESNET20_FASHION_MNIST;
    ResNet net = ours.builder().build();
    assertEquals("InputTypeConvolutional(h=28,w=28,c=3,NCHW)", net.inputType().toString());
    assertTrue(ours.type().isEmpty());
    assertThrows(IllegalArgumentException.class, () -> ours.load(net, Path.of("a file")));
  }

  @Test
  void anotherNetIsRefusedBeforeAnythingIsFetched() {
    Path file = Path.of("unread");
    for (ResNet net : List.of(ResNets.named("cifar_resnet32").build(),
        ResNets.named("cifar_resnet20").inputShape(1, 32, 32).build(),
        ResNet.builder().spec(ResNets.spec("cifar_resnet20").withWidth(32)).norm(Norm.GROUP).build())) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> ResNetWeights.CIFAR_RESNET20.load(net, file));
      assertTrue(refused.getMessage().startsWith("CIFAR_RESNET20 "), refused.getMessage());
    }
  }

  private static ComputationGraph trained() {
    return ResNets.named("cifar_resnet20").seed(7).build().init();
  }

  private static SavedModel read(ResNet net, ComputationGraph trained, String except) {
    Map<String, INDArray> held = ModelWeights.export(trained);
    held.keySet().removeIf(name -> name.startsWith(except));
    return ResNetWeights.CIFAR_RESNET20.read(net, tensors -> tensors.accept(TensorSource.of("file", held)));
  }

  private static Set<String> equalTensors(ComputationGraph a, ComputationGraph b) {
    Map<String, INDArray> of = ModelWeights.export(b);
    return ModelWeights.export(a).entrySet().stream()
        .filter(tensor -> tensor.getValue().equals(of.get(tensor.getKey())))
        .map(Map.Entry::getKey).collect(Collectors.toSet());
  }

  @Test
  void theNetAsPublishedComesWithAllThatIsNeeded() {
    ComputationGraph trained = trained();
    SavedModel model = read(ResNetWeights.CIFAR_RESNET20.builder().build(), trained, "none");
    assertEquals(trained.params(), model.graph().params());
    assertEquals(ResNetWeights.CIFAR_RESNET20.classes(), model.classes());
    assertEquals(ResNetWeights.CIFAR_RESNET20.preprocessing(), model.preprocessing());
    assertEquals("CIFAR_RESNET20", model.metadata().get("weights"));
    assertNull(model.metadata().get("head"));
  }

  @Test
  void otherClassesGiveANewHeadThatSaysSo() {
    ComputationGraph trained = trained();
    SavedModel model =
        read(ResNetWeights.CIFAR_RESNET20.builder().numClasses(3).inputShape(3, 64, 48).build(), trained, "none");
    Map<String, INDArray> tensors = ModelWeights.export(model.graph());
    assertEquals(3, tensors.get("logits.weight").size(0));
    assertEquals(tensors.size() - 2, equalTensors(model.graph(), trained).size());
    assertNotEquals(0.0, tensors.get("logits.weight").norm2Number().doubleValue());
    assertEquals("new and untrained, 3 classes in place of the published 10", model.metadata().get("head"));
    assertEquals(List.of("class 1", "class 2", "class 3"), model.classes());
    assertEquals(64, model.preprocessing().height());
    assertEquals(48, model.preprocessing().width());
    assertEquals(new Resize.ShorterSide(64), model.preprocessing().resize());
  }

  @Test
  void withoutAHeadTheFilesHeadIsLeftOut() {
    ComputationGraph trained = trained();
    SavedModel model = read(ResNetWeights.CIFAR_RESNET20.builder().head(false).build(), trained, "none");
    assertEquals(ModelWeights.shapes(model.graph()).keySet(), equalTensors(model.graph(), trained));
    assertTrue(model.classes().isEmpty());
  }

  @Test
  void aFileThatLacksATensorIsRefused() {
    ComputationGraph trained = trained();
    WeightsException refused = assertThrows(WeightsException.class,
        () -> read(ResNetWeights.CIFAR_RESNET20.builder().build(), trained, "stage2_block1_conv1"));
    assertEquals(WeightsException.Reason.TENSORS_DIFFER, refused.reason());
    assertTrue(refused.getMessage().contains("stage2_block1_conv1.weight"), refused.getMessage());
  }
}
