package org.resnet4j.modelexport;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.KerasImport;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Stem;
import org.resnet4j.zoo.weights.Safetensors;
import org.resnet4j.zoo.weights.TensorSource;

/**
 * Writes the files that src-test-data/scripts/check_exports.py reads in Python's frameworks, where
 * {@code -Dexports=FOLDER} names a folder for them: NAME.safetensors, NAME.onnx, and NAME.io.safetensors with an input
 * [N, C, H, W] and what the net computes here.
 */
class ExportedFilesTest {
  private final Path folder = Path.of(System.getProperty("exports", ""));

  private void assumeFolder() throws IOException {
    assumeTrue(System.getProperty("exports") != null, "no folder named for the files");
    Files.createDirectories(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d",
      "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2", "resnet50_v1", "resnet18_cifar",
      "resnet18_v2", "resnet34_v2", "resnet50_v2", "resnet101_v2", "resnet152_v2", "cifar_resnet20", "cifar_resnet110",
      "cifar_resnet20_b", "resnet50_keras", "resnet50_v2_keras", "resnet50_v2_slim"})
  void aNetOfTheZoo(String name) throws IOException {
    assumeFolder();
    ResNetSpec spec = ResNets.spec(name);
    boolean imagenet = spec.stem() == Stem.IMAGENET;
    int side = imagenet ? 64 : 32;
    ComputationGraphConfiguration configuration = ResNet.builder().spec(spec).numClasses(imagenet ? 1000 : 10)
        .inputShape(3, side, side).build().configuration();
    configuration.setNetworkOutputs(List.of("logits", "output"));
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    OnnxParity.train(graph, 3);
    SafetensorsExport.write(graph, spec, folder.resolve(name + ".safetensors"));
    OnnxExport.write(graph, folder.resolve(name + ".onnx"));
    INDArray x = Nd4j.rand(-1, 1, Nd4j.getRandomFactory().getNewRandomInstance(1), 2, 3, side, side);
    INDArray[] outputs = graph.output(x.dup());
    Safetensors.write(folder.resolve(name + ".io.safetensors"),
        TensorSource.of(name, Map.of("input", x, "logits", outputs[0], "output", outputs[1])), Map.of());
  }

  @Test
  void everyKerasFixture() throws IOException {
    assumeFolder();
    for (String name : KerasOnnxTest.cases()) {
      Path unpacked = Files.createTempDirectory("keras");
      Fixtures.unpack("keras/" + name + ".zip", unpacked);
      try (Stream<Path> files = Files.list(unpacked)) {
        ImportedModel model = KerasImport.load(
            files.filter(path -> path.toString().matches(".*k[23]\\.(h5|keras)")).sorted().findFirst().orElseThrow());
        OnnxExport.write(model, folder.resolve("keras_" + name + ".onnx"));
      }
    }
  }
}
