package org.resnet4j.engine.training;

import java.util.Arrays;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.resnet4j.testdata.Formula;

/** A small network being drawn, vertex behind vertex, from images "image" to a loss on classes. */
final class Sketch {
  static final int CLASSES = 3;

  final CNN2DFormat format;
  private final GraphBuilder graph;
  private final InputType input;
  private String last = "image";
  private int count;

  /** From images [6, 8, 7] in the format. */
  Sketch(CNN2DFormat format) {
    this(format, InputType.convolutional(8, 7, 6, format));
  }

  Sketch(CNN2DFormat format, InputType input) {
    this.format = format;
    this.input = input;
    graph = new NeuralNetConfiguration.Builder().seed(5).updater(new Nesterovs(0.05, 0.9))
        .activation(Activation.IDENTITY).graphBuilder().addInputs(last).setInputTypes(input);
  }

  String last() {
    return last;
  }

  /** Goes on from another vertex. */
  Sketch from(String vertex) {
    last = vertex;
    return this;
  }

  Sketch then(Layer layer) {
    return then("v" + count++, layer);
  }

  Sketch then(String name, Layer layer) {
    graph.addLayer(name, layer, last);
    last = name;
    return this;
  }

  Sketch join(GraphVertex vertex, String... inputs) {
    String name = "v" + count++;
    graph.addVertex(name, vertex, inputs);
    last = name;
    return this;
  }

  Sketch vertex(GraphVertex vertex) {
    return join(vertex, last);
  }

  /** Something trained, so that what follows has to give a gradient of its input. */
  Sketch convolution(int channels) {
    return then(new ConvolutionLayer.Builder(3, 3).padding(1, 1).nOut(channels).dataFormat(format).build());
  }

  Sketch pixelwise(int channels) {
    return then(new ConvolutionLayer.Builder(1, 1).nOut(channels).dataFormat(format).build());
  }

  Sketch norm() {
    BatchNormalization norm = new BatchNormalization();
    norm.setCnn2DFormat(format);
    norm.setUseLogStd(false);
    return then(norm);
  }

  Sketch dense(int features) {
    return then(new DenseLayer.Builder().nOut(features).build());
  }

  Sketch with(Consumer<Sketch> more) {
    more.accept(this);
    return this;
  }

  GraphBuilder builder() {
    return graph;
  }

  /** Ends in classes, each number of the last array having weights of its own. */
  ComputationGraph classes() {
    return end(new OutputLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).nOut(CLASSES).build());
  }

  ComputationGraph end(Layer output) {
    return then("end", output).outputs("end");
  }

  ComputationGraph outputs(String... names) {
    graph.setOutputs(names);
    ComputationGraph made = new ComputationGraph(graph.build());
    made.init();
    scatter(made);
    return made;
  }

  /** Parameters that begin as zeros or ones get values apart; the same in each network. */
  static void scatter(ComputationGraph graph) {
    graph.paramTable().forEach((name, array) -> {
      float[] values = Formula.unitValues(name, Math.toIntExact(array.length()));
      INDArray noise = Nd4j.create(values, array.shape(), 'c').castTo(array.dataType());
      String key = name.substring(name.lastIndexOf('_') + 1);
      switch (key) {
        case "gamma" -> array.assign(noise.mul(0.3).add(1));
        case "var" -> array.assign(noise.mul(0.5).add(1));
        case "mean", "b", "beta" -> array.assign(noise.mul(0.2));
        case "log10stdev" -> array.assign(noise.mul(0.15));
        default -> {
          if (array.rank() == 2 && array.size(0) == 1 || array.maxNumber().equals(array.minNumber())) {
            // Slopes and scales.
            array.assign(noise.mul(0.3).add(0.5));
          }
        }
      }
    });
  }

  /** Images of the input's shape, and a class for each. */
  MultiDataSet batch(int examples) {
    long[] shape = input.getShape(true);
    shape[0] = examples;
    return batch(CLASSES, shape);
  }

  static MultiDataSet batch(int classes, long... shape) {
    return new MultiDataSet(numbers("images", shape), labels((int) shape[0], classes));
  }

  /** In [-1, 1). */
  static INDArray numbers(String name, long... shape) {
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return Nd4j.create(Formula.unitValues(name, count), shape, 'c').castTo(DataType.FLOAT);
  }

  static INDArray labels(int examples, int classes) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, examples, classes);
    for (int i = 0; i < examples; i++) {
      labels.putScalar(i, (i * 7 + i / 3) % classes, 1);
    }
    return labels;
  }
}
