package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.testdata.Formula;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

/** Five training steps of a tiny member of each block kind, recorded from the original frameworks. */
public final class RecordedTraining {
  private static final double TOLERANCE = 1e-3;

  private RecordedTraining() {}

  /** What is recorded. */
  public static List<String> kinds() {
    return Fixtures.names("training").stream().filter(name -> !name.equals("updaters")).toList();
  }

  /**
   * Losses, gradients, running statistics and parameters are the original's, within 1e-3, in both layouts.
   *
   * @param made gives, for a network that is ready to train, the one that trains in its place
   */
  public static void check(String kind, UnaryOperator<ComputationGraph> made) {
    JsonNode record = Recorded.read("training/" + kind + ".json");
    for (CNN2DFormat format : CNN2DFormat.values()) {
      ResNet net = net(record, format);
      ComputationGraph graph = net.init();
      FormulaWeights.set(graph);
      train(kind + " " + format, record, format, net, made.apply(graph));
    }
  }

  private static void train(String what, JsonNode record, CNN2DFormat format, ResNet net, ComputationGraph graph) {
    INDArray input = FormulaWeights.input(Recorded.ints(record.get("input")), format);
    DataSet data = new DataSet(input, labels(record));

    JsonNode losses = record.get("losses");
    for (int step = 0; step < losses.size(); step++) {
      graph.setInputs(input.dup());
      graph.setLabels(data.getLabels());
      graph.computeGradientAndScore();
      double loss = graph.score() - regularization(graph);
      assertEquals(losses.get(step).asDouble(), loss, TOLERANCE * Math.max(losses.get(step).asDouble(), 0.05),
          what + ": loss of step " + (step + 1));
      if (step == 0) {
        compareGradients(what, record.get("gradients"), graph);
      }
      graph.fit(data);
    }
    compareStatistics(what, record, net, graph);
    if (record.has("parameters")) {
      record.get("parameters").fields().forEachRemaining(tensor ->
          Recorded.assertSame(what + ": " + tensor.getKey(), tensor.getValue(), tensor(graph, tensor.getKey(), false),
              TOLERANCE));
    }
  }

  private static ResNet net(JsonNode record, CNN2DFormat format) {
    ResNetSpec spec = ResNets.spec(record.get("base").asText())
        .withDepths(StreamSupport.stream(record.get("depths").spliterator(), false).map(JsonNode::asInt)
            .toArray(Integer[]::new));
    if (record.has("groups") || record.has("widthPerGroup")) {
      spec = spec.withGroups(record.path("groups").asInt(1), record.path("widthPerGroup").asInt(64));
    }
    // Records name the stem's channels.
    spec = spec.withWidth(record.get("width").asInt() * spec.width() / spec.stemChannels());
    JsonNode optimizer = record.get("optimizer");
    double rate = optimizer.get("learningRate").asDouble();
    double decay = optimizer.get("weightDecay").asDouble();
    boolean adamW = optimizer.get("name").asText().equals("adamw");
    IUpdater updater = adamW ? new AdamW(rate) : new SgdMomentum(rate, optimizer.get("momentum").asDouble());
    int[] input = Recorded.ints(record.get("input"));
    return Recorded.options(ResNet.builder().spec(spec), record.get("options"))
        .numClasses(record.get("classes").asInt()).inputShape(input[1], input[2], input[3]).format(format)
        .updater(updater).regularization(adamW ? new WeightDecay(decay, true) : new L2Regularization(decay)).build();
  }

  private static INDArray labels(JsonNode record) {
    int[] classes = Recorded.ints(record.get("labels"));
    INDArray labels = Nd4j.zeros(classes.length, record.get("classes").asInt());
    for (int i = 0; i < classes.length; i++) {
      labels.putScalar(i, classes[i], 1);
    }
    return labels;
  }

  private static double regularization(ComputationGraph graph) {
    double sum = 0;
    for (Layer layer : graph.getLayers()) {
      sum += layer.calcRegularizationScore(true);
    }
    return sum;
  }

  private static void compareGradients(String what, JsonNode expected, ComputationGraph graph) {
    double largest = StreamSupport.stream(expected.spliterator(), false)
        .mapToDouble(tensor -> tensor.get("largest").asDouble()).max().orElseThrow();
    expected.fields().forEachRemaining(tensor -> {
      // A bias before a norm has gradient zero; what is recorded for it is rounding.
      double own = Math.max(tensor.getValue().get("largest").asDouble(), 1e-30);
      double tolerance = TOLERANCE * Math.max(1, 0.01 * largest / own);
      Recorded.assertSame(what + ": gradient of " + tensor.getKey(), tensor.getValue(),
          tensor(graph, tensor.getKey(), true), tolerance);
    });
  }

  /** A parameter, or its gradient averaged over the batch, in the layout of records. */
  private static INDArray tensor(ComputationGraph graph, String name, boolean gradient) {
    int dot = name.lastIndexOf('.');
    String vertex = name.substring(0, dot);
    Layer layer = graph.getLayer(vertex);
    var configuration = layer.conf().getLayer();
    boolean kernel = configuration instanceof ConvolutionLayer || configuration instanceof DenseLayer;
    String key = switch (name.substring(dot + 1)) {
      case "weight" -> kernel ? "W" : "gamma";
      case "bias" -> kernel ? "b" : "beta";
      case "running_mean" -> "mean";
      default -> "var";
    };
    INDArray array = gradient
        ? graph.gradient().gradientForVariable().get(vertex + "_" + key).div(graph.batchSize())
        : layer.getParam(key);
    if (key.equals("W")) {
      return configuration instanceof DenseLayer ? array.transpose() : array;
    }
    return array.reshape(array.length());
  }

  /** Compares how far the statistics have moved from where they began. */
  private static void compareStatistics(String what, JsonNode record, ResNet net, ComputationGraph graph) {
    boolean unbiased = !record.path("runningVariance").asText("unbiased").equals("biased");
    int batch = record.get("input").get(0).asInt();
    Map<String, String> shapes = ModelSummary.of(net).vertices().stream()
        .collect(Collectors.toMap(ModelSummary.Vertex::name, ModelSummary.Vertex::shape));
    record.get("runningStatistics").fields().forEachRemaining(entry -> {
      String name = entry.getKey();
      String vertex = name.substring(0, name.lastIndexOf('.'));
      boolean variance = name.endsWith("var");
      INDArray found = tensor(graph, name, false);
      float[] start = Formula.unitValues(name, (int) found.length());
      double samples = batch;
      String[] shape = shapes.get(vertex).split("x");
      for (int i = 0; i < shape.length; i++) {
        boolean channel = net.inputType().toString().contains("NHWC") ? i == shape.length - 1 : i == 0;
        samples *= channel ? 1 : Integer.parseInt(shape[i]);
      }
      // DL4J keeps the biased variance.
      double bessel = variance && unbiased ? samples / (samples - 1) : 1;
      JsonNode values = entry.getValue().get("values");
      assertEquals(1, entry.getValue().get("stride").asInt());
      double kept = Math.pow(decay(vertex, graph), record.get("losses").size());
      double largest = 0;
      double worst = 0;
      for (int i = 0; i < values.size(); i++) {
        double begun = kept * (variance ? 1 + 0.5f * start[i] : 0.1f * start[i]);
        double moved = values.get(i).asDouble() - begun;
        largest = Math.max(largest, Math.abs(moved));
        worst = Math.max(worst, Math.abs(moved - (found.getDouble(i) - begun) * bessel));
      }
      assertTrue(worst <= TOLERANCE * largest + 1e-6, what + ": " + name + " is off by " + worst + " of " + largest);
    });
  }

  private static double decay(String vertex, ComputationGraph graph) {
    return ((BatchNormalization) graph.getLayer(vertex).conf().getLayer()).getDecay();
  }
}
