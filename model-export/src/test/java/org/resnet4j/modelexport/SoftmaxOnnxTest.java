package org.resnet4j.modelexport;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.PixelLoss;
import org.resnet4j.zoo.layer.PureActivation;

/** Softmax of images runs along DL4J's axis, in whatever layer it stands and whatever layout the images have. */
class SoftmaxOnnxTest {
  private static final int CHANNELS = 4;

  @TempDir
  private Path folder;

  static Stream<Arguments> layouts() {
    return Stream.of(CNN2DFormat.values()).flatMap(format -> Stream.of(new ActivationSoftmax(),
        new AxisSoftmax(1, false), new AxisSoftmax(2, true), new AxisSoftmax(3, false), new AxisSoftmax(-1, true))
        .map(softmax -> Arguments.of(format, softmax)));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void behindAConvolution(CNN2DFormat format, IActivation softmax) throws OrtException {
    check(format, new ActivationLayer(softmax));
    check(format, new PureActivation(softmax));
    LossLayer loss = new LossLayer.Builder(new LossMCXENT()).activation(softmax).build();
    loss.setNOut(CHANNELS);
    check(format, loss);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void ofAConvolution(CNN2DFormat format, IActivation softmax) throws OrtException {
    check(format, convolution(format, CHANNELS, softmax));
  }

  /** The loss runs the softmax on rows, one for each pixel. */
  static Stream<Arguments> pixels() {
    return Stream.of(CNN2DFormat.values()).flatMap(format -> Stream.of(new ActivationSoftmax(),
        new AxisSoftmax(1, false), new AxisSoftmax(-1, true)).map(softmax -> Arguments.of(format, softmax)));
  }

  @ParameterizedTest
  @MethodSource("pixels")
  void ofEachPixel(CNN2DFormat format, IActivation softmax) throws OrtException {
    check(format, new PixelLoss(new LossMCXENT(), softmax, CHANNELS, format));
  }

  private void check(CNN2DFormat format, Layer layer) throws OrtException {
    ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder().seed(3).graphBuilder()
        .addInputs("in").addLayer("images", convolution(format, 3, new ActivationIdentity()), "in")
        .addLayer("soft", layer, "images").setOutputs("soft").validateOutputLayerConfig(false).build());
    graph.init();
    List<Long> shape = format == CNN2DFormat.NCHW ? List.of(3L, 6L, 5L) : List.of(6L, 5L, 3L);
    Path file = folder.resolve("net.onnx");
    OnnxExport.write(graph, Map.of("in", shape), file);
    OnnxParity.check(format + " " + layer, graph, file,
        List.of(shape.stream().mapToLong(Long::longValue).toArray()));
  }

  private static ConvolutionLayer convolution(CNN2DFormat format, int inputs, IActivation activation) {
    return new ConvolutionLayer.Builder(3, 3).padding(1, 1).nIn(inputs).nOut(CHANNELS).dataFormat(format)
        .activation(activation).build();
  }
}
