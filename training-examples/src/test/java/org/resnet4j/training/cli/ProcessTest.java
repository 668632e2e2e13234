package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.benchmark.PeakMemory;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

/** What shows only in a process of its own. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ProcessTest {
  private static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final String NO_NATIVES = "oneDNN can't be loaded on " + Loader.getPlatform()
      + ": no jar org.bytedeco:dnnl with natives for this system is on the class path.";

  /** It comes to a tenth; what a busy machine's collector does later than elsewhere is in this. */
  private static final double MEMORY_TOLERANCE = 0.2;

  @TempDir
  private Path folder;

  @Test
  void listAnswersWithoutStartingNd4j() throws Exception {
    Process list = start(List.of("-verbose:class"), "list", "resnet18");
    assertEquals(0, list.waitFor());
    List<String> lines = Files.readAllLines(folder.resolve("out"));
    assertTrue(lines.stream().anyMatch(l -> l.startsWith("resnet18 ")));
    assertFalse(lines.stream().anyMatch(l -> l.contains(" org.nd4j.linalg.factory.Nd4j ")));
  }

  /** Both the heap and copies of the parameters weigh as much as activations here. */
  @Test
  void theMemoryToldAtTheStartIsNearThePeak() throws Exception {
    assumeTrue(PeakMemory.resident() > 0, "the system tells what a process holds");
    Path data = folder.resolve("data");
    ShapeImages.write(data.resolve("red"), ShapeImages.Shape.RED_DISC, 20, 1);
    ShapeImages.write(data.resolve("green"), ShapeImages.Shape.GREEN_SQUARE, 20, 1);
    Process training = start(List.of("@" + Path.of("src/main/launcher/jvm.options").toAbsolutePath()), "finetune",
        "--data", data.toString(), "--model", "resnet18", "--image-size", "64", "--batch", "8", "--epochs", "2",
        "--out", folder.resolve("run").toString());
    long peak = 0;
    while (training.isAlive()) {
      peak = Math.max(peak, PeakMemory.bytes(training.pid()));
      Thread.sleep(20);
    }
    assertEquals(0, training.exitValue(), () -> read("err"));
    Matcher told = Pattern.compile("Memory: about (\\d+\\.\\d+) GB at most").matcher(read("err"));
    assertTrue(told.find(), read("err"));
    double estimate = 1e9 * Double.parseDouble(told.group(1));
    assertEquals(peak, estimate, MEMORY_TOLERANCE * peak, read("err"));
  }

  /** The head's phase keeps few activations, so that it fits where the whole net's doesn't. */
  @Test
  void whereMemoryRunsOutTheBestModelStays() throws Exception {
    Path data = folder.resolve("data");
    ShapeImages.write(data.resolve("red"), ShapeImages.Shape.RED_DISC, 20, 1);
    ShapeImages.write(data.resolve("green"), ShapeImages.Shape.GREEN_SQUARE, 20, 1);
    Path weights = folder.resolve("weights");
    Path run = folder.resolve("run");
    FastComputationGraph net = OneDnn.wrap(ResNets.named("cifar_resnet20").numClasses(2).seed(1).build().init());
    new SavedModel(net, List.of("a", "b"), Preprocessing.torch(32), Map.of()).save(weights);
    long needed = net.trainingMemory(new long[] {16, 3, 32, 32});
    net.close();
    Process training = start(List.of("-Dorg.bytedeco.javacpp.maxbytes=" + needed * 9 / 10,
        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0", "-Dorg.nd4j.log.initialization=false",
        "-Dlogback.configurationFile=org/resnet4j/training/cli/logback.xml"), "finetune", "--data", data.toString(),
        "--weights", weights.toString(), "--out", run.toString(), "--batch", "16", "--head-epochs", "1", "--epochs",
        "1");
    assertEquals(ExitCode.FAILURE.code(), training.waitFor(), () -> read("err"));
    List<String> said = read("err").lines().toList();
    assertEquals("Stopped. The same command with --resume goes on from the last checkpoint in " + run
        + ", where the best model so far is, too.", said.get(said.size() - 2));
    assertEquals(String.format(Locale.ROOT, "Out of memory (a step's activations take %,d MB). Lower --batch or"
        + " --image-size, compute activations again with --checkpoint-activations, or give more with"
        + " RESNET4J_JAVA_OPTS=-Xmx...: the limit of what lies outside the heap grows with it.", needed >> 20),
        said.get(said.size() - 1));
    Ran predicted = Ran.of("predict", "--model", run, data.resolve("red/000.png"));
    assertEquals(0, predicted.code(), predicted.err());
  }

  @Test
  void withoutOneDnnsNativesALineSaysSoAndDeeplearning4jPredicts() throws Exception {
    Path image = ShapeImages.write(folder.resolve("images"), ShapeImages.Shape.RED_DISC, 1, 1).resolve("000.png");
    Path model = folder.resolve("model");
    new SavedModel(ResNets.named("cifar_resnet8").numClasses(2).seed(1).build().init(), List.of("a", "b"),
        Preprocessing.torch(32), Map.of()).save(model);
    String[] predict = {"predict", "--model", model.toString(), image.toString()};
    assertEquals(0, startWithoutOneDnn(predict).waitFor(), () -> read("err"));
    assertEquals("Computing on Deeplearning4j alone: " + NO_NATIVES, read("err").strip());
    assertEquals(Ran.of("predict", "--model", model, image, "--engine", "dl4j").out(), read("out"));

    String[] asked = Stream.concat(Arrays.stream(predict), Stream.of("--engine", "OneDnn")).toArray(String[]::new);
    assertEquals(ExitCode.FAILURE.code(), startWithoutOneDnn(asked).waitFor());
    assertEquals("--engine onednn can't be had: " + NO_NATIVES, read("err").strip());
    assertEquals("", read("out"));

    String[] benchmark = {"benchmark", "cifar_resnet8", "--batch", "1", "--seconds", "0", "--format", "csv"};
    assertEquals(0, startWithoutOneDnn(benchmark).waitFor(), () -> read("err"));
    assertEquals("Measuring Deeplearning4j alone: " + NO_NATIVES, read("err").strip());
    assertEquals(2, read("out").lines().count(), read("out"));
  }

  private Process startWithoutOneDnn(String... arguments) throws IOException {
    String left = Arrays.stream(CLASS_PATH.split(File.pathSeparator))
        .filter(entry -> !new File(entry).getName().matches("dnnl-.*-" + Loader.getPlatform() + "\\.jar"))
        .collect(Collectors.joining(File.pathSeparator));
    assertTrue(left.length() < CLASS_PATH.length());
    return start(left, List.of("-Dorg.nd4j.log.initialization=false",
        "-Dlogback.configurationFile=org/resnet4j/training/cli/logback.xml"), arguments);
  }

  private Process start(List<String> flags, String... arguments) throws IOException {
    return start(CLASS_PATH, flags, arguments);
  }

  private Process start(String classPath, List<String> flags, String... arguments) throws IOException {
    return OwnProcess.start(folder, classPath, flags, arguments);
  }

  private String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
