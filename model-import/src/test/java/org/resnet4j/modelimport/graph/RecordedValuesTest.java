package org.resnet4j.modelimport.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.resnet4j.modelimport.model.Activation;
import org.resnet4j.modelimport.model.Compilation.LearningRate;
import org.resnet4j.modelimport.model.Compilation.Loss;
import org.resnet4j.modelimport.model.Compilation.LossFunction;
import org.resnet4j.modelimport.model.Compilation.Optimizer;
import org.resnet4j.modelimport.model.Compilation.OptimizerKind;

/** Activations, losses and optimisers give what src-test-data/scripts/keras_values.py recorded of Keras 3. */
class RecordedValuesTest {
  private static JsonNode recorded() throws IOException {
    try (InputStream in = RecordedValuesTest.class.getResourceAsStream("keras_values.json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
  }

  private static INDArray matrix(JsonNode rows) {
    return Nd4j.create(StreamSupport.stream(rows.spliterator(), false).map(RecordedValuesTest::numbers)
        .toArray(double[][]::new)).castTo(DataType.DOUBLE);
  }

  private static Activation activation(String name) {
    return switch (name) {
      case "Relu(1, 0.2, 0.5)" -> new Activation.Relu(1, 0.2, 0.5);
      case "ReLU6" -> new Activation.Relu(6, 0, 0);
      case "Elu(0.7)" -> new Activation.Elu(0.7);
      default -> Activation.Plain.valueOf(name);
    };
  }

  @TestFactory
  Stream<DynamicTest> activations() throws IOException {
    JsonNode json = recorded();
    double[] x = numbers(json.get("x"));
    List<DynamicTest> tests = new ArrayList<>();
    json.get("activations").properties().forEach(entry -> tests.add(dynamicTest(entry.getKey(), () -> {
      double[] y = numbers(entry.getValue().get("y"));
      double[] slope = numbers(entry.getValue().get("slope"));
      IActivation function = Activations.of(activation(entry.getKey()), 1);
      for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
        // The last channel of images, so that a view's strides count.
        INDArray images = Nd4j.zeros(type, 1, x.length, 1, 2);
        INDArray view = images.tensorAlongDimension(1, 1, 2);
        view.assign(Nd4j.createFromArray(x).reshape(x.length, 1).castTo(type));
        INDArray value = function.getActivation(images.dup(), true);
        INDArray gradient = function.backprop(images.permute(0, 3, 1, 2).dup(),
            Nd4j.valueArrayOf(new long[] {1, 2, x.length, 1}, 2.0, type)).getFirst();
        for (int i = 0; i < x.length; i++) {
          assertEquals(y[i], value.getDouble(0, i, 0, 1), 1e-6 * Math.max(1, Math.abs(y[i])), "value at " + x[i]);
          assertEquals(2 * slope[i], gradient.getDouble(0, 1, i, 0), 2e-6 * Math.max(1, Math.abs(slope[i])),
              "slope at " + x[i]);
        }
      }
    })));
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> losses() throws IOException {
    JsonNode json = recorded();
    List<DynamicTest> tests = new ArrayList<>();
    json.get("losses").properties().forEach(entry -> tests.add(dynamicTest(entry.getKey(), () -> {
      String[] words = entry.getKey().split(" ");
      Loss loss = new Loss(LossFunction.valueOf(words[0]), words.length > 1,
          words.length > 1 ? Double.parseDouble(words[2]) : 0);
      ILossFunction function = Losses.of(loss, new ActivationIdentity(), 3, new ArrayList<>());
      INDArray labels = matrix(json.get("labels"));
      INDArray outputs = matrix(json.get("outputs"));
      assertEquals(entry.getValue().asDouble(), score(function, labels, outputs), 1e-6);
      INDArray gradient = function.computeGradient(labels.dup(), outputs.dup(), new ActivationIdentity(), null);
      for (int i = 0; i < 6; i++) {
        double value = outputs.getDouble(i);
        double above = score(function, labels, outputs.dup().putScalar(i, value + 1e-6));
        double below = score(function, labels, outputs.dup().putScalar(i, value - 1e-6));
        assertEquals((above - below) / 2e-6, gradient.getDouble(i) / 2, 1e-6);
      }
    })));
    return tests.stream();
  }

  private static double score(ILossFunction function, INDArray labels, INDArray outputs) {
    return function.computeScore(labels.dup(), outputs.dup(), new ActivationIdentity(), null, true);
  }

  private static Optimizer optimizer(String name) {
    Map<String, Double> settings = new HashMap<>();
    LearningRate rate = new LearningRate.Constant(0.1);
    String[] words = name.split(" ");
    switch (words.length > 1 ? words[1] : "") {
      case "momentum" -> settings.put("momentum", 0.9);
      case "nesterov" -> settings.putAll(Map.of("momentum", 0.9, "nesterov", 1.0));
      case "amsgrad" -> settings.put("amsgrad", 1.0);
      case "exponential" -> rate = new LearningRate.Exponential(0.1, 2, 0.5, false);
      case "staircase" -> rate = new LearningRate.Exponential(0.1, 2, 0.5, true);
      case "piecewise" -> rate = new LearningRate.Piecewise(List.of(0.0, 2.0), List.of(0.1, 0.05, 0.01));
      default -> { }
    }
    if (name.equals("ADAM")) {
      settings.put("epsilon", 1e-4);
    } else if (name.equals("RMSPROP")) {
      settings.putAll(Map.of("rho", 0.8, "epsilon", 1e-4));
    }
    return new Optimizer(OptimizerKind.valueOf(words[0]), rate, settings);
  }

  @TestFactory
  Stream<DynamicTest> optimizers() throws IOException {
    JsonNode json = recorded();
    List<DynamicTest> tests = new ArrayList<>();
    json.get("optimizers").properties().forEach(entry -> tests.add(dynamicTest(entry.getKey(), () -> {
      IUpdater updater = Updaters.of(optimizer(entry.getKey()), new ArrayList<>());
      INDArray gradients = matrix(json.get("gradients"));
      INDArray expected = matrix(entry.getValue());
      INDArray p = Nd4j.createFromArray(1.0, -2.0);
      long size = updater.stateSize(2);
      GradientUpdater<?> steps = updater.instantiate(size == 0 ? null : Nd4j.zeros(DataType.DOUBLE, size), true);
      for (int i = 0; i < gradients.size(0); i++) {
        INDArray gradient = gradients.getRow(i).dup();
        steps.applyUpdater(gradient, i, 0);
        p.subi(gradient);
        double difference = p.sub(expected.getRow(i)).amaxNumber().doubleValue();
        int step = i;
        assertTrue(difference < 2e-4, () -> "step %d: %s instead of %s".formatted(step, p, expected.getRow(step)));
      }
    })));
    return tests.stream();
  }
}
