package org.resnet4j.modelexport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.layer.Resampling;
import org.resnet4j.zoo.weights.Safetensors;

class RefusalTest {
  @TempDir
  private Path folder;

  private static ComputationGraph graph(Layer layer, GraphVertex vertex) {
    ComputationGraphConfiguration.GraphBuilder builder = new NeuralNetConfiguration.Builder().graphBuilder()
        .addInputs("in").setInputTypes(InputType.convolutional(8, 8, 3, CNN2DFormat.NCHW));
    if (layer != null) {
      builder.addLayer("odd", layer, "in");
    } else {
      builder.addVertex("odd", vertex, "in");
    }
    ComputationGraph graph = new ComputationGraph(builder.setOutputs("odd").build());
    graph.init();
    return graph;
  }

  @Test
  void aLayerThatCannotGoOutIsNamedAndNothingIsWritten() throws IOException {
    Path file = Files.writeString(folder.resolve("model.onnx"), "an older file");
    Map<String, List<Long>> shapes = Map.of("in", List.of(3L, 8L, 8L));
    Map<String, ComputationGraph> odd = Map.of(
        "LocalResponseNormalization", graph(new LocalResponseNormalization(), null),
        "L2NormalizeVertex", graph(null, new L2NormalizeVertex()),
        "ActivationRationalTanh", graph(new ActivationLayer(Activation.RATIONALTANH), null),
        "PNORM", graph(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.PNORM).pnorm(2).kernelSize(2, 2)
            .stride(2, 2).build(), null));
    odd.forEach((name, graph) -> {
      ExportException.UnsupportedLayer e = assertThrows(ExportException.UnsupportedLayer.class,
          () -> OnnxExport.write(graph, shapes, file), name);
      assertEquals("vertex \"odd\"", e.object());
      assertTrue(e.getMessage().contains(name), e.getMessage());
    });
    assertEquals("an older file", Files.readString(file));
    assertEquals(List.of(file), Files.list(folder).toList());
  }

  @Test
  void imagesOfUnknownSizeAreRefusedWhereTheSizeDecides() {
    ComputationGraph graph =
        graph(null, new Resampling(Resampling.Kernel.BICUBIC, 5, 7, false, CNN2DFormat.NCHW));
    Path file = folder.resolve("model.onnx");
    ExportException e = assertThrows(ExportException.UnsupportedLayer.class,
        () -> OnnxExport.write(graph, Map.of("in", List.of(3L, -1L, 8L)), file));
    assertTrue(e.getMessage().contains("known size"), e.getMessage());
    OnnxExport.write(graph, Map.of("in", List.of(3L, 8L, 8L)), file);
    assertTrue(Files.exists(file));
  }

  @Test
  void anInputThatNothingDescribesIsAskedFor() {
    ComputationGraph graph = graph(new ActivationLayer(Activation.RELU), null);
    Path file = folder.resolve("model.onnx");
    assertTrue(assertThrows(ExportException.UnknownInput.class, () -> OnnxExport.write(graph, file)).getMessage()
        .contains("\"in\""));
    assertThrows(ExportException.UnknownInput.class, () -> OnnxExport.write(graph, Map.of(), file));
    assertFalse(Files.exists(file));
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    ComputationGraph graph = graph(new ActivationLayer(Activation.RELU), null);
    Path file = folder.resolve("none").resolve("model.onnx");
    ExportException e = assertThrows(ExportException.NotWritten.class,
        () -> OnnxExport.write(graph, Map.of("in", List.of(3L, 8L, 8L)), file));
    assertTrue(e.getMessage().contains("model.onnx"), e.getMessage());
  }

  /** Without memory for them: the graph is never initialised. */
  @Test
  void moreThanTwoGigabytesAreRefused() {
    ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder().graphBuilder().addInputs("in")
        .addLayer("huge", new DenseLayer.Builder().nIn(30_000).nOut(30_000).build(), "in").setOutputs("huge").build();
    ComputationGraph graph = new ComputationGraph(configuration);
    ExportException e = assertThrows(ExportException.TooLarge.class,
        () -> OnnxExport.write(graph, Map.of("in", List.of(30_000L)), folder.resolve("model.onnx")));
    assertTrue(e.getMessage().contains("900030000"), e.getMessage());
  }

  @Test
  void safetensorsSayWhoseNamesTheyHave() {
    ResNetSpec keras = ResNets.spec("resnet50_keras").withDepths(1, 1, 1, 1).withWidth(4);
    ResNetSpec timm = ResNets.spec("resnet50_v2").withDepths(1, 1, 1, 1).withWidth(4);
    Path file = folder.resolve("a.safetensors");
    for (ResNetSpec spec : List.of(keras, timm)) {
      ComputationGraph graph =
          ResNet.builder().spec(spec).numClasses(2).inputShape(3, 64, 64).build().init();
      String sentence = SafetensorsExport.write(graph, spec, file);
      try (Safetensors read = Safetensors.open(file)) {
        assertEquals(sentence, read.metadata().get("names"));
        boolean own = spec == keras;
        assertEquals(own, sentence.contains("no such net"), sentence);
        assertArrayEquals(own ? new long[] {2, 128} : new long[] {2, 128, 1, 1},
            read.shapes().get(own ? "logits.weight" : "head.fc.weight"));
      }
    }
  }
}
