package org.resnet4j.benchmarks;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;

/** Small networks for {@link EngineBenchmark}; images [N, C, H, W]. */
public enum EnginePiece {
  /** The mean colours of images: taking the input and giving the output are nearly all. */
  CONVERSION(3, 224),
  /** A bottleneck that keeps its size, as in ResNet-50's stages. */
  STAGE1(256, 56), STAGE2(512, 28), STAGE3(1024, 14), STAGE4(2048, 7);

  private static final int EXPANSION = 4;

  private final int channels;
  private final int side;

  EnginePiece(int channels, int side) {
    this.channels = channels;
    this.side = side;
  }

  long[] inputShape(int batch) {
    return new long[] {batch, channels, side, side};
  }

  ComputationGraph graph() {
    GraphBuilder graph = new NeuralNetConfiguration.Builder().graphBuilder().addInputs("input")
        .setInputTypes(InputType.convolutional(side, side, channels));
    if (this == CONVERSION) {
      graph.addLayer("output", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "input");
    } else {
      int narrow = channels / EXPANSION;
      step(graph, "1", "input", narrow, 1, Activation.RELU);
      step(graph, "2", "norm1", narrow, 3, Activation.RELU);
      step(graph, "3", "norm2", channels, 1, Activation.IDENTITY);
      graph.addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "norm3", "input");
      graph.addLayer("output", new ActivationLayer(Activation.RELU), "add");
    }
    ComputationGraph network = new ComputationGraph(graph.setOutputs("output").build());
    network.init();
    return network;
  }

  private static void step(GraphBuilder graph, String number, String from, int out, int kernel, Activation activation) {
    graph.addLayer("conv" + number, new ConvolutionLayer.Builder(kernel, kernel).nOut(out)
        .padding(kernel / 2, kernel / 2).hasBias(false).activation(Activation.IDENTITY).build(), from);
    graph.addLayer("norm" + number, new BatchNormalization.Builder().activation(activation).build(), "conv" + number);
  }
}
