package org.resnet4j.zoo.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.WeightsException.Reason;

class HostileSavedModelTest {
  /** Set when the class is initialised: that alone would be code of the file's choice. */
  static boolean ran;

  /** What a hostile file might name. */
  static final class Payload {
    static {
      ran = true;
    }
  }

  @TempDir
  Path folder;

  private String configuration;

  @BeforeEach
  void saveAGoodModel() throws IOException {
    ComputationGraph graph = TinyGraphs.residual(CNN2DFormat.NCHW, 1);
    new SavedModel(graph, List.of("a", "b", "c"), Preprocessing.tf(8), Map.of()).save(folder);
    configuration = Files.readString(folder.resolve(SavedModel.CONFIGURATION));
  }

  private WeightsException refused(Reason reason) {
    WeightsException refused = assertTimeoutPreemptively(Duration.ofSeconds(60),
        () -> assertThrows(WeightsException.class, () -> SavedModel.load(folder)));
    assertEquals(reason, refused.reason(), refused.getMessage());
    assertTrue(refused.getMessage().startsWith(folder.toString()), refused.getMessage());
    return refused;
  }

  private WeightsException refusedConfiguration(Reason reason, String changed) throws IOException {
    assertFalse(configuration.equals(changed), "the test's edit did not apply");
    Files.writeString(folder.resolve(SavedModel.CONFIGURATION), changed);
    return refused(reason);
  }

  /** The configuration with a field of one vertex set to another JSON value. */
  private String edited(String vertex, String field, String value) {
    Pattern pattern = Pattern.compile("(?s)(\"" + vertex + "\" : \\{.*?\"" + field + "\" : )([^\\[\\],}\\s]+|\\[.*?])");
    return pattern.matcher(configuration).replaceFirst("$1" + Matcher.quoteReplacement(value));
  }

  @ParameterizedTest
  @ValueSource(strings = {SavedModel.CONFIGURATION, SavedModel.WEIGHTS, SavedModel.CLASSES, SavedModel.PREPROCESSING})
  void aMissingFileIsNamed(String name) throws IOException {
    Files.delete(folder.resolve(name));
    assertTrue(refused(Reason.FILE_MISSING).getMessage().contains("the file " + name + ", found none"));
    Files.createDirectory(folder.resolve(name));
    refused(Reason.FILE_MISSING);
  }

  @Test
  void aMissingFolderIsSaid() {
    WeightsException refused =
        assertThrows(WeightsException.class, () -> SavedModel.load(folder.resolve("nowhere")));
    assertTrue(refused.getMessage().contains("no such folder"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({SavedModel.CONFIGURATION + "," + SavedModel.LONGEST_CONFIGURATION,
      SavedModel.CLASSES + "," + SavedModel.LONGEST_CLASSES,
      SavedModel.PREPROCESSING + "," + SavedModel.LONGEST_PREPROCESSING})
  void aFileBeyondItsLimitIsRefused(String name, long longest) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.setLength(longest + 1);
    }
    refused(Reason.FILE_TOO_LARGE);
  }

  @Test
  void whatIsNoTextIsRefused() throws IOException {
    Files.write(folder.resolve(SavedModel.CLASSES), new byte[] {'a', '\n', (byte) 0xff, '\n', 'c'});
    refused(Reason.NOT_TEXT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\nb\nc\nd", "a\nb\n\nc", "a\n\nc", "a\nb\n\u001b[31m", ""})
  void classNamesThatDontFitAreRefused(String classes) throws IOException {
    Files.writeString(folder.resolve(SavedModel.CLASSES), classes);
    refused(Reason.CLASSES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "null", "{\"height\":-1}", "[1]"})
  void preprocessingThatIsNoneIsRefused(String json) throws IOException {
    Files.writeString(folder.resolve(SavedModel.PREPROCESSING), json);
    refused(Reason.PREPROCESSING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "null", "[]", "1", "{\"vertices\":null}", "{\"vertices\":{}}", "{\"a\":1,\"a\":2}",
      "{\"vertices\":{\"x\":null},\"vertexInputs\":{\"x\":[\"i\"]},"
          + "\"networkInputs\":[\"i\"],\"networkOutputs\":[\"x\"]}"})
  void aConfigurationThatIsNoneIsRefused(String json) throws IOException {
    refusedConfiguration(Reason.CONFIGURATION, json);
  }

  @Test
  void deepNestingAndTextAfterTheEndAreRefused() throws IOException {
    refusedConfiguration(Reason.CONFIGURATION, "[".repeat(100_000));
    refusedConfiguration(Reason.CONFIGURATION, configuration + "{}");
  }

  @Test
  void aClassThatIsNoLayerIsNeverLoaded() throws IOException {
    String payload = Payload.class.getName();
    String add = "org.deeplearning4j.nn.conf.graph.ElementWiseVertex";
    refusedConfiguration(Reason.CLASS_REFUSED, configuration.replace(add, payload.replace("$", "\\u0024")));
    refusedConfiguration(Reason.CLASS_REFUSED, configuration.replace("\"@class\" : \"" + add + "\"",
        "\"\\u0040class\" : \"java.lang.ProcessBuilder\""));
    refusedConfiguration(Reason.CLASS_REFUSED, configuration.replace(add, add + "<" + payload + ">"));
    refusedConfiguration(Reason.CLASS_REFUSED, configuration.replace("\"" + add + "\"", "[\"" + payload + "\"]"));
    refusedConfiguration(Reason.CLASS_REFUSED, configuration.replace("\"" + add + "\"", "null"));
    // Jackson's other two places for a class name.
    refusedConfiguration(Reason.CLASS_REFUSED, edited("stem_conv", "constraints", "[\"" + payload + "\", {}]"));
    refusedConfiguration(Reason.CLASS_REFUSED,
        edited("stem_conv", "weightInitFn", "{\"distribution\" : {\"type\" : \"" + payload + "\"}}, \"x\" :"));
    assertFalse(ran, "the payload's initialiser ran");
  }

  @Test
  void aClassOfAnAllowedPackageThatDoesNotExistIsRefused() throws IOException {
    refusedConfiguration(Reason.CONFIGURATION,
        configuration.replace("nn.conf.graph.ElementWiseVertex", "nn.conf.graph.Missing"));
    refusedConfiguration(Reason.CONFIGURATION,
        configuration.replace("nn.conf.graph.ElementWiseVertex", "nn.conf.layers.DenseLayer"));
  }

  @Test
  void moreParametersThanTheWeightsHoldAreNeverAllocated() throws IOException {
    assertTrue(refusedConfiguration(Reason.PARAMETER_COUNT, edited("conv2", "nin", "100000000000"))
        .getMessage().contains("400000000"));
    refusedConfiguration(Reason.PARAMETER_COUNT, edited("conv2", "nin", "5"));
    refusedConfiguration(Reason.PARAMETER_COUNT, edited("conv2", "kernelSize", "[1000000, 1000000]"));
    refusedConfiguration(Reason.PARAMETER_COUNT, edited("norm1", "nout", "1000000000"));
  }

  @Test
  void aLayerWhoseSizeOverflowsIsRefused() throws IOException {
    // 4 * 2^62 + 4 is 4 in 64 bits.
    refusedConfiguration(Reason.CONFIGURATION, edited("conv2", "nin", "4611686018427387904"));
    refusedConfiguration(Reason.CONFIGURATION, edited("norm1", "nout", "-4"));
    refusedConfiguration(Reason.CONFIGURATION, edited("conv2", "nin", "-4"));
  }

  @Test
  void layersOfTheRightCountButOtherShapesAreRefused() throws IOException {
    String swapped = edited("conv2", "kernelSize", "[2, 1]");
    configuration = swapped;
    refusedConfiguration(Reason.SHAPES_DIFFER, edited("conv2", "nin", "2"));
  }

  @Test
  void aCycleIsRefused() throws IOException {
    refusedConfiguration(Reason.CONFIGURATION,
        configuration.replaceFirst("\"stem_norm\" : \\[ \"stem_conv\" ]", "\"stem_norm\" : [ \"relu\" ]"));
    refusedConfiguration(Reason.CONFIGURATION,
        configuration.replaceFirst("\"logits\" : \\[ \"pool\" ]", "\"logits\" : [ \"output\" ]"));
  }

  @Test
  void anInputThatDoesNotExistIsRefused() throws IOException {
    refusedConfiguration(Reason.CONFIGURATION,
        configuration.replaceFirst("\"stem_norm\" : \\[ \"stem_conv\" ]", "\"stem_norm\" : [ \"nothing\" ]"));
  }

  @Test
  void aVertexWithTooManyInputsIsRefused() throws IOException {
    refusedConfiguration(Reason.CONFIGURATION, configuration.replaceFirst("\"add\" : \\[ \"norm3\", \"stem_relu\" ]",
        "\"add\" : [ \"norm3\"" + ", \"stem_relu\"".repeat(GraphConfiguration.MOST_EDGES) + " ]"));
  }

  @Test
  void anotherDataTypeIsRefused() throws IOException {
    refusedConfiguration(Reason.DATA_TYPE,
        configuration.replace("\"dataType\" : \"FLOAT\"", "\"dataType\" : \"DOUBLE\""));
  }

  @Test
  void anotherModelsWeightsAreRefused() {
    Map<String, INDArray> tensors = ModelWeights.export(TinyGraphs.residual(CNN2DFormat.NCHW, 2));
    tensors.put("conv9.weight", tensors.remove("conv1.weight"));
    Safetensors.write(folder.resolve(SavedModel.WEIGHTS), TensorSource.of("renamed", tensors), Map.of());
    refused(Reason.TENSORS_DIFFER);
  }

  @Test
  void weightsThatAreNotFiniteAreRefused() {
    Map<String, INDArray> tensors = ModelWeights.export(TinyGraphs.residual(CNN2DFormat.NCHW, 2));
    tensors.put("logits.bias", Nd4j.createFromArray(0, Float.NaN, 0));
    Safetensors.write(folder.resolve(SavedModel.WEIGHTS), TensorSource.of("diverged", tensors), Map.of());
    refused(Reason.VALUE);
  }

  @Test
  void aFormatOfTheFutureIsRefused() {
    Safetensors.write(folder.resolve(SavedModel.WEIGHTS),
        ModelWeights.source(TinyGraphs.residual(CNN2DFormat.NCHW, 2)), Map.of("resnet4j_format", "2"));
    refused(Reason.CONFIGURATION);
  }

  @Test
  void weightsThatWereCutAreRefused() throws IOException {
    Path weights = folder.resolve(SavedModel.WEIGHTS);
    try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
      file.setLength(file.length() - 4);
    }
    refused(Reason.TENSOR_OFFSETS);
  }
}
