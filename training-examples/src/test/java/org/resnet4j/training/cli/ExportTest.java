package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.Safetensors;
import org.resnet4j.zoo.weights.SavedModel;

/** The command; what the files compute is for the tests of model-export. */
class ExportTest {
  @TempDir
  private Path folder;

  private Path saved() {
    Path model = folder.resolve("model");
    new SavedModel(ResNets.named("cifar_resnet8").numClasses(2).inputShape(3, 32, 32).build().init(), List.of("a", "b"),
        Preprocessing.unit(32), Map.of(ModelSource.MODEL_NOTE, "cifar_resnet8")).save(model);
    return model;
  }

  @Test
  void aSavedModelGoesOutInBothFormats() {
    Path model = saved();
    Path weights = folder.resolve("weights.safetensors");
    Ran ran = Ran.of("export", model, "--to", "safetensors", "--out", weights);
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("akamaster"), ran.out());
    try (Safetensors file = Safetensors.open(weights)) {
      assertTrue(file.shapes().containsKey("layer1.0.bn2.running_var"));
    }
    Ran onnx = Ran.of("export", "--weights", model, "--to", "onnx", "--out", folder.resolve("net.onnx"));
    assertEquals(0, onnx.code(), onnx.err());
    assertTrue(Files.exists(folder.resolve("net.onnx")));
  }

  /** v1's tensors look like v1.5's. */
  @Test
  void whatGoesOutTellsItsModel() {
    Path model = folder.resolve("model");
    new SavedModel(ResNets.named("resnet50_v1").numClasses(2).inputShape(3, 32, 32).build().init(), List.of("a", "b"),
        Preprocessing.unit(32), Map.of(ModelSource.MODEL_NOTE, "resnet50_v1")).save(model);
    Path weights = folder.resolve("weights.safetensors");
    assertEquals(0, Ran.of("export", model, "--to", "safetensors", "--out", weights).code());
    Ran ran = Ran.of("export", weights, "--model", "resnet50", "--to", "safetensors", "--out", folder.resolve("again"));
    assertEquals(4, ran.code());
    assertTrue(ran.err().contains("resnet50_v1"), ran.err());
  }

  @Test
  void anEarlierFileIsKeptUnlessAskedFor() throws IOException {
    Path model = saved();
    Path out = Files.writeString(folder.resolve("net.onnx"), "mine");
    assertEquals(2, Ran.of("export", model, "--to", "onnx", "--out", out).code());
    assertEquals("mine", Files.readString(out));
    assertEquals(0, Ran.of("export", model, "--to", "onnx", "--out", out, "--overwrite").code());
    assertFalse(Files.size(out) < 1000);
  }

  @Test
  void aKerasModelGoesOut() throws IOException {
    Fixtures.unpack("keras/conv_valid.zip", folder);
    Ran ran = Ran.of("export", folder.resolve("k3.keras"), "--to", "onnx", "--out", folder.resolve("net.onnx"));
    assertEquals(0, ran.code(), ran.err());
    assertTrue(Files.exists(folder.resolve("net.onnx")));
  }

  @Test
  void whatCannotBeWrittenIsASentence() {
    Ran ran = Ran.of("export", saved(), "--to", "onnx", "--out", folder.resolve("none").resolve("net.onnx"));
    assertEquals(1, ran.code());
    assertTrue(ran.err().contains("net.onnx"), ran.err());
    assertEquals(2, Ran.of("export", "--to", "onnx", "--out", folder.resolve("x.onnx")).code());
  }
}
