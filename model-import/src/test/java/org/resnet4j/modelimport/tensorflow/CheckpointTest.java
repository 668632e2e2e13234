package org.resnet4j.modelimport.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.modelimport.tensorflow.CheckpointFixtures.PREFIX;
import static org.resnet4j.modelimport.tensorflow.CheckpointFixtures.copy;
import static org.resnet4j.testdata.Formula.unitValues;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;

class CheckpointTest {
  @TempDir
  private Path folder;

  private Checkpoint open(String checkpoint) throws IOException {
    return Checkpoint.open(copy(checkpoint, folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"types_v1", "types_v2"})
  void eachFloatingTypeBecomesFloat32(String checkpoint) throws IOException {
    Checkpoint opened = open(checkpoint);
    float[] values = {0, 1, -2.5f, 65504, 1e-7f, Float.POSITIVE_INFINITY};
    assertArrayEquals(values, opened.read("float32").toFloatVector());
    assertArrayEquals(values, opened.read("float64").toFloatVector());
    assertArrayEquals(new float[] {0, 1, -2.5f, 65504, 0x1p-23f, Float.POSITIVE_INFINITY},
        opened.read("float16").toFloatVector());
    if (checkpoint.endsWith("v2")) {
      assertArrayEquals(new float[] {0, 1, -2.5f, 65536, 1e-7f, Float.POSITIVE_INFINITY},
          opened.read("bfloat16").toFloatVector(), 1e-9f);
    }
    assertEquals(DataType.FLOAT, opened.read("float64").dataType());
  }

  @ParameterizedTest
  @CsvSource({"int64,-1", "int32,-1", "int16,-1", "int8,-1", "uint8,1"})
  void wholeNumbersAreReadAsSuchAndNeverAsWeights(String type, long sign) throws IOException {
    for (String checkpoint : new String[] {"types_v1", "types_v2"}) {
      Checkpoint opened = open(checkpoint);
      assertArrayEquals(new long[] {0, sign, 100 * sign, 127 * sign}, opened.readLongs(type));
      assertThrows(ModelImportException.UnsupportedType.class, () -> opened.read(type));
      assertThrows(ModelImportException.UnsupportedType.class, () -> opened.readLongs("float32"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types_v1", "types_v2"})
  void scalarsAndEmptyTensorsKeepTheirShapes(String checkpoint) throws IOException {
    Checkpoint opened = open(checkpoint);
    assertEquals(2.5f, opened.read("scalar").getFloat(0));
    assertArrayEquals(new long[0], opened.read("scalar").shape());
    assertArrayEquals(new long[] {0, 3}, opened.read("empty").shape());
  }

  @ParameterizedTest
  @ValueSource(strings = {"types_v1", "types_v2"})
  void aPartitionedVariableIsPutTogether(String checkpoint) throws IOException {
    Checkpoint opened = open(checkpoint);
    for (Map.Entry<String, long[]> tensor : Map.of("columns", new long[] {7, 90}, "rows", new long[] {300, 2})
        .entrySet()) {
      INDArray found = opened.read(tensor.getKey());
      assertArrayEquals(tensor.getValue(), found.shape());
      assertArrayEquals(unitValues(tensor.getKey(), (int) found.length()), found.dup('c').reshape(found.length())
          .toFloatVector());
    }
  }

  @Test
  void textIsListedButRefusedByName() throws IOException {
    Checkpoint opened = open("types_v2");
    assertArrayEquals(new long[] {2}, opened.shapes().get("text"));
    ModelImportException thrown =
        assertThrows(ModelImportException.UnsupportedType.class, () -> opened.read("text"));
    assertEquals("\"text\"", thrown.object());
  }

  @Test
  void aTensorThatIsNotThereIsNamed() throws IOException {
    Checkpoint opened = open("types_v1");
    ModelImportException thrown = assertThrows(ModelImportException.WeightsDiffer.class, () -> opened.read("weights"));
    assertEquals("\"weights\"", thrown.object());
    assertEquals(folder.resolve("types_v1").resolve(PREFIX).toString(), thrown.file());
  }

  @ParameterizedTest
  @CsvSource({
    "official_v1, model.ckpt-7", "official_v1, ''", "official_v1, checkpoint", "official_v1, model.ckpt-7.meta",
    "official_v2, model.ckpt-7", "official_v2, ''", "official_v2, checkpoint", "official_v2, model.ckpt-7.meta",
    "official_v2, model.ckpt-7.index", "official_v2, model.ckpt-7.data-00000-of-00001",
    "training_v2, model.ckpt-7.data-00002-of-00003"})
  void anyOfItsFilesOrItsFolderNamesIt(String checkpoint, String named) throws IOException {
    Path path = copy(checkpoint, folder).resolveSibling(named);
    assertArrayEquals(new long[] {7}, Checkpoint.open(path).readLongs("global_step"));
  }

  @Test
  void aMovedFolderStillHasItsNewestCheckpoint() throws IOException {
    Path state = copy("official_v2", folder).resolveSibling("checkpoint");
    for (String written : new String[] {"/somewhere/else/model.ckpt-7", "C:\\\\runs\\\\model.ckpt-7"}) {
      Files.writeString(state, "model_checkpoint_path: \"" + written
          + "\"\nall_model_checkpoint_paths: \"/somewhere/else/model.ckpt-1\"\n");
      assertArrayEquals(new long[] {7}, Checkpoint.open(state.getParent()).readLongs("global_step"));
    }
  }

  @Test
  void bothFormatsHoldTheSame() throws IOException {
    Checkpoint newer = Checkpoint.open(copy("official_v2", folder));
    Checkpoint older = Checkpoint.open(copy("official_v1", folder));
    assertEquals(newer.shapes().keySet(), older.shapes().keySet());
    assertTrue(newer.shapes().size() > 250);
    for (String name : newer.shapes().keySet()) {
      if (!name.equals("global_step")) {
        assertEquals(newer.read(name), older.read(name), name);
      }
    }
  }

  @Test
  void snappyBlocksAreRead() throws IOException {
    Checkpoint opened = open("training_v1");
    Set<String> names = opened.shapes().keySet();
    assertTrue(names.contains("beta1_power"));
    for (String name : names) {
      if (name.endsWith("/Adam")) {
        assertEquals(0, opened.read(name).norm1Number().doubleValue(), name);
      }
    }
    assertEquals(0.9f, opened.read("beta1_power").getFloat(0));
  }
}
