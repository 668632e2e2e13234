package org.resnet4j.modelexport;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.resnet4j.zoo.layer.Borders;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.Reshaping;

/** Nets whose axes move about. */
class LayoutOnnxTest {
  @TempDir
  private Path folder;

  private void check(ComputationGraphConfiguration.GraphBuilder builder, String... outputs) throws OrtException {
    ComputationGraph graph = new ComputationGraph(builder.setOutputs(outputs).build());
    graph.init();
    Path file = folder.resolve("net.onnx");
    OnnxExport.write(graph, Map.of("in", List.of(3L, 6L, 5L)), file);
    OnnxParity.check(String.join(" ", outputs), graph, file, List.of(new long[] {3, 6, 5}));
  }

  private static ComputationGraphConfiguration.GraphBuilder builder() {
    return new NeuralNetConfiguration.Builder().seed(3).graphBuilder().addInputs("in");
  }

  @Test
  void onePermutedTwiceStaysTwo() throws OrtException {
    check(builder()
        .addLayer("first", convolution(CNN2DFormat.NCHW, 3), "in")
        .addVertex("last", new Permutation(List.of(2, 3, 1)), "first")
        .addVertex("middle", new Permutation(List.of(3, 1, 2)), "first")
        .addVertex("a", Reshaping.flat(), "last")
        .addVertex("b", Reshaping.flat(), "middle")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Subtract), "a", "b"), "sum");
  }

  @Test
  void bothLayoutsMeet() throws OrtException {
    check(builder()
        .addLayer("first", convolution(CNN2DFormat.NCHW, 3), "in")
        .addVertex("turned", Permutation.to(CNN2DFormat.NHWC), "first")
        .addLayer("second", convolution(CNN2DFormat.NHWC, 4), "turned")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "turned", "second"), "second", "sum");
  }

  /** ONNX Runtime's own rewriting would take the zeros for the pool's border. */
  @Test
  void zerosBeforeAPoolOfNegativeValuesStay() throws OrtException {
    check(builder()
        .addLayer("negative", new ConvolutionLayer.Builder(1, 1).nIn(3).nOut(3).biasInit(-9)
            .activation(Activation.IDENTITY).build(), "in")
        .addVertex("padded", new Borders(1, 1, 1, 1, CNN2DFormat.NCHW), "negative")
        .addLayer("pool", new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX).kernelSize(3, 3).stride(2, 2)
            .build(), "padded"), "pool");
  }

  private static ConvolutionLayer convolution(CNN2DFormat format, int inputs) {
    return new ConvolutionLayer.Builder(3, 3).padding(1, 1).nIn(inputs).nOut(4).dataFormat(format)
        .activation(Activation.TANH).build();
  }
}
