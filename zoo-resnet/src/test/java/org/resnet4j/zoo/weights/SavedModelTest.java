package org.resnet4j.zoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.WeightsException.Reason;

class SavedModelTest {
  @TempDir
  Path folder;

  private static SavedModel model(ComputationGraph graph) {
    return new SavedModel(graph, List.of("cat", "\u732b, or: two", "cat"), Preprocessing.torch(8),
        Map.of("model", "tiny", "note", "a\nb"));
  }

  private static float[] outputs(SavedModel model, CNN2DFormat format) {
    return model.graph().outputSingle(TinyGraphs.images(format)).data().asFloat();
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void aSavedModelComesBackEqual(CNN2DFormat format) throws IOException {
    SavedModel saved = model(TinyGraphs.residual(format, 1));
    saved.save(folder.resolve("new/model"));
    SavedModel loaded = SavedModel.load(folder.resolve("new/model"));
    assertArrayEquals(outputs(saved, format), outputs(loaded, format));
    assertEquals(saved.graph().getConfiguration().toJson(), loaded.graph().getConfiguration().toJson());
    assertArrayEquals(saved.graph().params().toFloatVector(), loaded.graph().params().toFloatVector());
    assertEquals(saved.classes(), loaded.classes());
    assertEquals(saved.preprocessing(), loaded.preprocessing());
    assertEquals(saved.metadata(), loaded.metadata());
    try (var files = Files.list(folder.resolve("new/model"))) {
      assertEquals(4, files.count());
    }
  }

  @Test
  void aTrainedModelComesBackWithItsCounters() {
    ComputationGraph graph = TinyGraphs.residual(CNN2DFormat.NCHW, 1);
    INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0, 0}, {0, 1, 0}});
    graph.fit(new INDArray[] {TinyGraphs.images(CNN2DFormat.NCHW)}, new INDArray[] {labels});
    model(graph).save(folder);
    ComputationGraph loaded = SavedModel.load(folder).graph();
    assertEquals(1, loaded.getConfiguration().getIterationCount());
    assertEquals(graph.getConfiguration().toJson(), loaded.getConfiguration().toJson());
    loaded.fit(new INDArray[] {TinyGraphs.images(CNN2DFormat.NCHW)}, new INDArray[] {labels});
    assertEquals(2, loaded.getIterationCount());
  }

  @Test
  void frozenLayersStayFrozen() {
    SavedModel saved = model(TinyGraphs.residual(CNN2DFormat.NCHW, 1, 3, FrozenLayer::new));
    saved.save(folder);
    SavedModel loaded = SavedModel.load(folder);
    assertInstanceOf(org.deeplearning4j.nn.layers.FrozenLayer.class, loaded.graph().getLayer("stem_norm"));
    assertArrayEquals(outputs(saved, CNN2DFormat.NCHW), outputs(loaded, CNN2DFormat.NCHW));

    saved = model(TinyGraphs.residual(CNN2DFormat.NCHW, 1, 3, FrozenLayerWithBackprop::new));
    saved.save(folder);
    loaded = SavedModel.load(folder);
    assertInstanceOf(org.deeplearning4j.nn.layers.FrozenLayerWithBackprop.class, loaded.graph().getLayer("stem_norm"));
    assertArrayEquals(outputs(saved, CNN2DFormat.NCHW), outputs(loaded, CNN2DFormat.NCHW));
    assertEquals(saved.graph().getConfiguration().toJson(), loaded.graph().getConfiguration().toJson());
  }

  @Test
  void aKillAtAnyStepOfSavingLeavesTheOldModelOrTheNew() throws IOException {
    SavedModel first = model(TinyGraphs.residual(CNN2DFormat.NCHW, 1));
    // Another layout and other layers: files of both sets together would not load, or compute something else.
    SavedModel second = new SavedModel(TinyGraphs.residual(CNN2DFormat.NHWC, 2, 4, layer -> layer),
        List.of("a", "b", "c", "d"), Preprocessing.tf(8), Map.of());
    Path old = folder.resolve("old");
    first.save(old);
    Set<String> seen = new TreeSet<>();
    AtomicFilesTest.Kill kill = null;
    for (int steps = 0; kill == null || kill.happened(); steps++) {
      Path target = Files.createDirectory(folder.resolve("kill" + steps));
      for (String name : List.of(SavedModel.CONFIGURATION, SavedModel.WEIGHTS, SavedModel.CLASSES,
          SavedModel.PREPROCESSING)) {
        Files.copy(old.resolve(name), target.resolve(name));
      }
      kill = new AtomicFilesTest.Kill(steps);
      try {
        second.save(target, kill);
      } catch (AtomicFilesTest.Kill.Killed expected) {
        assertTrue(kill.happened());
      }
      SavedModel found = SavedModel.load(target);
      boolean isNew = found.metadata().isEmpty();
      SavedModel expected = isNew ? second : first;
      CNN2DFormat format = isNew ? CNN2DFormat.NHWC : CNN2DFormat.NCHW;
      assertEquals(expected.classes(), found.classes());
      assertEquals(expected.preprocessing(), found.preprocessing());
      assertArrayEquals(outputs(expected, format), outputs(found, format));
      seen.add((isNew ? "new" : "old") + (kill.happened() ? " after a kill" : ""));
    }
    assertEquals(Set.of("old after a kill", "new after a kill", "new"), seen);
  }

  @Test
  void aModelThatCouldNotBeLoadedIsNotSaved() {
    SavedModel good = model(TinyGraphs.residual(CNN2DFormat.NCHW, 1));
    good.save(folder);
    ComputationGraph diverged = TinyGraphs.residual(CNN2DFormat.NCHW, 2);
    diverged.getLayer("conv2").getParam("b").putScalar(0, Float.NaN);
    refused(Reason.VALUE, model(diverged));
    refused(Reason.CLASSES, new SavedModel(good.graph(), List.of("a", "b"), Preprocessing.tf(8), Map.of()));
    refused(Reason.CLASSES, new SavedModel(good.graph(), List.of("a", "b\nc", "d"), Preprocessing.tf(8), Map.of()));
    refused(Reason.CLASSES, new SavedModel(good.graph(), List.of("a", "b", " "), Preprocessing.tf(8), Map.of()));
    refused(Reason.CLASSES,
        new SavedModel(good.graph(), List.of("a", "b", "c".repeat(1 << 20)), Preprocessing.tf(8), Map.of()));
    assertArrayEquals(outputs(good, CNN2DFormat.NCHW), outputs(SavedModel.load(folder), CNN2DFormat.NCHW));
  }

  private void refused(Reason reason, SavedModel model) {
    assertEquals(reason, assertThrows(WeightsException.class, () -> model.save(folder)).reason());
  }

  @Test
  void namesMayHaveWindowsLineEnds() throws IOException {
    model(TinyGraphs.residual(CNN2DFormat.NCHW, 1)).save(folder);
    Files.writeString(folder.resolve(SavedModel.CLASSES), "x\r\ny\r\nz");
    assertEquals(List.of("x", "y", "z"), SavedModel.load(folder).classes());
  }
}
