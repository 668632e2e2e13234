package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.Interpolation;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.image.Resize;

/**
 * Real photos, decoded and preprocessed here, against torchvision's and Keras's own preprocessing of the same files
 * (src-test-data/scripts/photos.py): in grey levels, and in the logits of nets with the formula's weights.
 */
class PhotoParityTest {
  private static final double LOGITS_TOLERANCE = 1e-2;
  /** Grey levels; TensorFlow's resize doesn't round to whole ones, all else is equal to the last bit. */
  private static final double MEAN_TOLERANCE = 0.3;
  private static final double LARGEST_TOLERANCE = 1.01;

  private static Preprocessing preprocessing(String pipeline) {
    Resize stretch = new Resize.Stretch();
    return switch (pipeline) {
      case "v1" -> Preprocessing.torch(224);
      case "v2" -> Preprocessing.torch(224).withResize(new Resize.ShorterSide(232));
      case "caffe" -> Preprocessing.caffe(224).withResize(stretch).withInterpolation(Interpolation.NEAREST);
      case "tf" -> Preprocessing.tf(224).withResize(stretch).withInterpolation(Interpolation.NEAREST);
      case "caffe_bilinear" -> Preprocessing.caffe(224).withResize(stretch);
      case "dataset" -> Preprocessing.raw(224).withResize(stretch).withInterpolation(Interpolation.BILINEAR_ALIASED);
      default -> throw new IllegalArgumentException(pipeline);
    };
  }

  @ParameterizedTest
  @CsvSource({"torchvision, v1, resnet18, 10", "torchvision, v2, resnet18, 10", "keras, caffe, resnet50_keras, 1000",
      "keras, tf, resnet50_v2_keras, 1000", "keras, caffe_bilinear, ,", "keras, dataset, ,"})
  void photosBecomeTheFrameworksOwnInput(String framework, String pipeline, String model, Integer classes)
      throws IOException {
    JsonNode photos = Recorded.read("photos/" + framework + ".json").get("pipelines").get(pipeline);
    ComputationGraph graph = model == null ? null : graph(model, classes);
    for (String photo : Recorded.names(photos)) {
      BufferedImage image;
      try (InputStream file = Fixtures.open("photos/" + photo + ".jpg")) {
        image = ImageDecoder.DEFAULT.decode(file, photo);
      }
      Preprocessing preprocessing = preprocessing(pipeline);
      INDArray input = preprocessing.apply(image, CNN2DFormat.NCHW);
      check(pipeline + " of " + photo, photos.get(photo), input, preprocessing);
      if (graph != null) {
        checkLogits(pipeline + " of " + photo, photos.get(photo).get("logits"), graph, input);
      }
    }
  }

  private static void check(String what, JsonNode recorded, INDArray input, Preprocessing preprocessing) {
    int[] shape = Recorded.ints(recorded.get("shape"));
    assertArrayEquals(new long[] {1, shape[0], shape[1], shape[2]}, input.shape(), what);
    float[] values = input.reshape(input.length()).toFloatVector();
    List<Double> levels = preprocessing.std().stream().map(std -> std / preprocessing.scale()).toList();
    int stride = recorded.get("stride").asInt();
    double sum = 0;
    double largest = 0;
    JsonNode expected = recorded.get("values");
    for (int i = 0; i < expected.size(); i++) {
      int at = i * stride;
      double difference = Math.abs(expected.get(i).asDouble() - values[at]) * levels.get(at / (shape[1] * shape[2]));
      sum += difference;
      largest = Math.max(largest, difference);
    }
    assertEquals((values.length + stride - 1) / stride, expected.size(), what);
    double mean = sum / expected.size();
    assertTrue(mean < MEAN_TOLERANCE && largest < LARGEST_TOLERANCE,
        "%s: mean difference %.3f, largest %.2f grey levels".formatted(what, mean, largest));
  }

  private static ComputationGraph graph(String model, int classes) {
    ComputationGraph graph = new ComputationGraph(
        ResNets.named(model).numClasses(classes).inputShape(3, 224, 224).build().configuration());
    LayerHelpers.enable();
    graph.init(Nd4j.create(1, ModelSummaryTest.allParameters(graph)), false);
    FormulaWeights.set(graph);
    return graph;
  }

  private static void checkLogits(String what, JsonNode expected, ComputationGraph graph, INDArray input) {
    INDArray logits = graph.feedForward(input, false).get("logits");
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.size(); i++) {
      largest = Math.max(largest, Math.abs(expected.get(i).asDouble()));
      difference = Math.max(difference, Math.abs(expected.get(i).asDouble() - logits.getDouble(0, i)));
    }
    assertTrue(largest > 0 && difference <= LOGITS_TOLERANCE * largest,
        "%s: logits differ by %s of %s".formatted(what, difference, largest));
  }
}
