package org.resnet4j.training.aid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.testdata.Formula;
import org.resnet4j.zoo.updater.SgdMomentum;

/** What PyTorch computed with the training aids (src-test-data/scripts/torch_aids.py), and the net that did. */
final class RecordedSteps {
  static final int STEPS = 5;
  private static final double TOLERANCE = 2e-5;
  private static final JsonNode RECORD = read();

  private RecordedSteps() {}

  private static JsonNode read() {
    try (InputStream stream = Fixtures.open("aids/steps.json")) {
      return new ObjectMapper().readTree(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static double setting(String name) {
    return RECORD.get(name).asDouble();
  }

  static SgdMomentum sgd() {
    return new SgdMomentum(setting("rate"), setting("momentum"));
  }

  /** The parts' sizes of the run that accumulates. */
  static int[] parts() {
    return ints(RECORD.get("parts"));
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  private static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
  }

  /** The net with its first parameters. */
  static ComputationGraph net(IUpdater updater, Regularization... weights) {
    int[] input = ints(RECORD.get("input"));
    ConvolutionLayer convolution = new ConvolutionLayer.Builder(3, 3).nOut(4).padding(1, 1).hasBias(false).build();
    convolution.setRegularization(List.of(weights));
    DenseLayer logits = new DenseLayer.Builder().nOut(3).activation(Activation.IDENTITY).build();
    logits.setRegularization(List.of(weights));
    ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder().updater(updater)
        .activation(Activation.IDENTITY).graphBuilder().addInputs("input")
        .setInputTypes(InputType.convolutional(input[2], input[3], input[1]))
        .addLayer("stage1_conv", convolution, "input")
        .addLayer("stage1_norm", new BatchNormalization.Builder().decay(0.9).eps(1e-5).useLogStd(false).build(),
            "stage1_conv")
        .addLayer("stage1_relu", new ActivationLayer(Activation.RELU), "stage1_norm")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "stage1_relu")
        .addLayer("logits", logits, "pool")
        .addLayer("output", new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build(), "logits")
        .setOutputs("output").build());
    graph.init();
    RECORD.get("start").fields().forEachRemaining(tensor -> {
      INDArray parameter = parameter(graph, tensor.getKey());
      parameter.assign(Nd4j.createFromArray(doubles(tensor.getValue())).castTo(DataType.FLOAT)
          .reshape(parameter.shape()));
    });
    return graph;
  }

  /** A view in PyTorch's order. */
  private static INDArray parameter(ComputationGraph graph, String name) {
    String vertex = name.substring(0, name.indexOf('.'));
    boolean norm = vertex.endsWith("norm");
    INDArray parameter = graph.getLayer(vertex).getParam(switch (name.substring(vertex.length() + 1)) {
      case "weight" -> norm ? "gamma" : "W";
      case "bias" -> norm ? "beta" : "b";
      case "running_mean" -> "mean";
      default -> "var";
    });
    return name.equals("logits.weight") ? parameter.transpose() : parameter;
  }

  /** A step's images. */
  static DataSet batch(int step) {
    int[] input = ints(RECORD.get("input"));
    int length = input[0] * input[1] * input[2] * input[3];
    INDArray images = Nd4j.createFromArray(Formula.unitValues("input" + step, length)).muli(2)
        .reshape(input[0], input[1], input[2], input[3]);
    int[] classes = ints(RECORD.get("labels").get(step));
    INDArray labels = Nd4j.zeros(DataType.FLOAT, classes.length, 3);
    for (int i = 0; i < classes.length; i++) {
      labels.putScalar(i, classes[i], 1);
    }
    return new DataSet(images, labels);
  }

  /** The images in neighbouring parts. */
  static List<DataSet> parts(DataSet whole, int... sizes) {
    List<DataSet> parts = new ArrayList<>();
    int from = 0;
    for (int size : sizes) {
      parts.add((DataSet) whole.getRange(from, from + size));
      from += size;
    }
    return parts;
  }

  /** The mean loss of a step; a score without weight decay in it. */
  static void assertLoss(String run, int step, double loss) {
    assertEquals(RECORD.get("runs").get(run).get("losses").get(step).asDouble(), loss, 1e-5, run + ", step " + step);
  }

  static double norm(String run, int step) {
    return RECORD.get("runs").get(run).get("norms").get(step).asDouble();
  }

  /** Whether the net is as a run's {@code parameters}, or another of its entries, at the end. */
  static void assertSame(String run, String entry, ComputationGraph graph) {
    RECORD.get("runs").get(run).get(entry).fields().forEachRemaining(tensor -> {
      INDArray found = parameter(graph, tensor.getKey());
      double[] expected = doubles(tensor.getValue());
      double[] values = found.dup('c').reshape(found.length()).castTo(DataType.DOUBLE).toDoubleVector();
      for (int i = 0; i < expected.length; i++) {
        double difference = Math.abs(expected[i] - values[i]);
        assertTrue(difference < TOLERANCE, "%s, %s of %s [%d]: expected %s, found %s"
            .formatted(run, entry, tensor.getKey(), i, expected[i], values[i]));
      }
    });
  }
}
