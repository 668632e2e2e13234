package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

/** Every structure of the family comes back from a saved model folder equal. */
class SavedNetTest {
  @TempDir
  private Path folder;

  static List<ResNet> nets() {
    return ResNetOptionsTest.nets();
  }

  @ParameterizedTest
  @MethodSource("nets")
  void comesBackEqual(ResNet net) {
    ComputationGraph graph = net.init();
    new SavedModel(graph, List.of("a", "b", "c"), Preprocessing.unit(40), Map.of()).save(folder);
    ComputationGraph back = SavedModel.load(folder).graph();
    assertEquals(graph.getConfiguration().toJson(), back.getConfiguration().toJson());
    assertEquals(graph.params(), back.params());
    long[] shape = net.inputType().getShape(true);
    shape[0] = 2;
    INDArray images = Nd4j.rand(shape);
    assertEquals(graph.outputSingle(images), back.outputSingle(images));
  }
}
