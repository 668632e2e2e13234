package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.modelimport.pytorch.PyTorchFile;
import org.resnet4j.modelimport.pytorch.PyTorchNames;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.training.cli.ShapeImages.Shape;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.classify.ImageClassifier;
import org.resnet4j.zoo.classify.Prediction;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.image.Resize;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.SavedModel;

/** PyTorch's files and TF-slim's checkpoints, which the real frameworks wrote, wherever weights are named. */
class WeightsFilesTest {
  private static final String CLASSES = "disc,square,c,d,e,f,g,h,i,j";

  @TempDir
  private static Path folder;
  private static Path torch;
  private static Path data;
  private static Path image;

  @TempDir
  private Path other;

  @BeforeAll
  static void unpack() throws IOException {
    torch = copy("pytorch/cifar_resnet8_b.pth", folder);
    data = folder.resolve("data");
    ShapeImages.write(data.resolve("disc"), Shape.RED_DISC, 12, 1);
    ShapeImages.write(data.resolve("square"), Shape.GREEN_SQUARE, 12, 1);
    image = data.resolve("disc/000.png");
  }

  private static Path copy(String fixture, Path into) throws IOException {
    Path file = into.resolve(Path.of(fixture).getFileName().toString());
    try (InputStream in = Fixtures.open(fixture)) {
      Files.write(file, in.readAllBytes());
    }
    return file;
  }

  @Test
  void predictGivesWhatTheLibraryGivesForAPyTorchFile() throws IOException {
    ComputationGraph graph = ResNets.named("cifar_resnet8_b").build().init();
    try (PyTorchFile file = PyTorchFile.open(torch)) {
      ModelWeights.load(graph, PyTorchNames.canonical(file));
    }
    List<String> classes = List.of(CLASSES.split(","));
    String expected;
    try (ImageClassifier classifier =
        new ImageClassifier(new SavedModel(graph, classes, Preprocessing.torch(32).withResize(
            new Resize.ShorterSide(32)), Map.of()))) {
      expected = classifier.classify(image, 10).stream().map(Prediction::className).collect(Collectors.joining(" "));
    }
    Ran ran = Ran.of("predict", "--weights", torch, "--classes", CLASSES, "--top", 10, "--format", "csv", image);
    assertEquals(0, ran.code(), ran.err());
    assertEquals(expected, ran.out().lines().skip(1).map(line -> line.split(",")[2]).collect(Collectors.joining(" ")));
    Ran named = Ran.of("predict", "--weights", torch, "--model", "cifar_resnet8_b", "--preprocessing", "torch",
        "--classes", CLASSES, "--top", 10, "--format", "csv", image);
    assertEquals(ran.out(), named.out(), "the names tell the model, and torch is PyTorch's rule");
  }

  @Test
  void whatIsExportedIsTheSameModelAgain() {
    Path exported = other.resolve("out.safetensors");
    Ran export = Ran.of("export", torch, "--to", "safetensors", "--out", exported);
    assertEquals(0, export.code(), export.err());
    assertEquals(Ran.of("predict", "--weights", torch, "--classes", CLASSES, image).out(),
        Ran.of("predict", "--weights", exported, "--classes", CLASSES, image).out());
  }

  @Test
  void finetuneBeginsFromAPyTorchFile() throws IOException {
    Path out = other.resolve("run");
    Ran ran = Ran.of("finetune", "--data", data, "--weights", torch, "--out", out, "--batch", 8, "--epochs", 2,
        "--head-epochs", 1, "--augmentation", "none");
    assertEquals(0, ran.code(), ran.err());
    List<String> metrics = Files.readAllLines(out.resolve("metrics.csv"));
    assertTrue(metrics.get(1).contains(",head,") && metrics.get(2).contains(",all,"), metrics.toString());
    Ran evaluated = Ran.of("evaluate", "--model", out, "--data", data);
    assertEquals(0, evaluated.code(), evaluated.err());
    assertTrue(evaluated.out().contains(" of 24 right"), evaluated.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"official_v1", "official_v2"})
  void aCheckpointOfEitherFormatIsAModel(String name) throws IOException {
    for (String end : name.endsWith("v1") ? List.of("") : List.of(".index", ".data-00000-of-00001")) {
      copy("tensorflow/" + name + "/model.ckpt-7" + end, other);
    }
    copy("tensorflow/" + name + "/checkpoint", other);
    String classes = IntStream.range(0, 11).mapToObj(i -> "class" + i).collect(Collectors.joining(","));
    Ran ran = Ran.of("predict", "--weights", other.resolve("model.ckpt-7"), "--image-size", 64, "--classes", classes, image);
    assertEquals(0, ran.code(), ran.err());
    assertEquals(6, ran.out().lines().count(), ran.out());
    assertEquals(ran.out(), Ran.of("predict", "--weights", other, "--image-size", 64, "--classes", classes,
        "--preprocessing", "tf", image).out(), "the folder's newest; slim's nets are fed from -1 to 1");
    Ran run = Ran.of("finetune", "--data", data, "--weights", other.resolve("model.ckpt-7"), "--image-size", 64, "--out",
        other.resolve("run"), "--batch", 8, "--epochs", 1, "--head-epochs", 1, "--augmentation", "none");
    assertEquals(0, run.code(), run.err());
    Ran averages = Ran.of("predict", "--weights", other, "--averages", "--image-size", 64, "--classes", classes, image);
    assertEquals(ExitCode.BAD_MODEL.code(), averages.code());
    assertTrue(averages.err().contains("ExponentialMovingAverage"), averages.err());
  }

  @Test
  void aPickleThatWouldRunACommandIsRefused() throws IOException {
    Path canary = other.resolve("canary");
    Path pickle = other.resolve("net.pth");
    // cposix system, the command, TUPLE1, REDUCE
    Files.write(pickle, ("\u0080\u0002\u008a\n\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019."
        + "\u0080\u0002M\u00e9\u0003.\u0080\u0002}.\u0080\u0002cposix\nsystem\nU" + (char) ("touch " + canary).length()
        + "touch " + canary + "\u0085R.").getBytes(StandardCharsets.ISO_8859_1));
    Ran ran = Ran.of("predict", "--weights", pickle, "--classes", CLASSES, image);
    assertEquals(ExitCode.BAD_MODEL.code(), ran.code());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains("posix.system"), ran.err());
    assertFalse(Files.exists(canary));
  }

  @Test
  void whatDoesNotFitIsToldInOneSentence() {
    for (List<Object> options : List.<List<Object>>of(List.of("--model", "cifar_resnet8"), List.of("--averages"),
        List.of("--model", "cifar_resnet20"), List.of("--classes", "a,b"))) {
      Object[] line = IntStream.range(0, options.size() + 4).mapToObj(i -> i < 4
          ? List.of("predict", "--weights", torch, image).get(i) : options.get(i - 4)).toArray();
      Ran ran = Ran.of(line);
      assertTrue(ran.code() == ExitCode.BAD_MODEL.code() || ran.code() == ExitCode.USAGE.code(), ran.err());
      assertEquals("", ran.out());
      assertFalse(ran.err().contains("Exception"), ran.err());
    }
    Ran unnamed = Ran.of("predict", "--weights", torch, image);
    assertEquals(ExitCode.BAD_MODEL.code(), unnamed.code());
    assertTrue(unnamed.err().contains("--classes"), unnamed.err());
  }
}
