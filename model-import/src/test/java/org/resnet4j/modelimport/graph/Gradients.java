package org.resnet4j.modelimport.graph;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * A net's gradients, in training mode and double precision, against central differences. (DL4J's own check wants a
 * particular updater in each layer.)
 */
final class Gradients {
  private static final double STEP = 1e-5;

  private Gradients() {}

  /** @param most how many values of each parameter are tried, spread over it */
  static void assertRight(ComputationGraph net, INDArray x, INDArray labels, int most) {
    Map<String, INDArray> found = new java.util.LinkedHashMap<>();
    net.setInputs(x);
    net.setLabels(labels);
    net.computeGradientAndScore();
    net.gradient().gradientForVariable().forEach((name, gradient) -> {
      if (gradient != null) {
        found.put(name, gradient.dup('c').reshape(gradient.length()));
      }
    });
    int tried = 0;
    for (Map.Entry<String, INDArray> entry : found.entrySet()) {
      if (entry.getKey().matches(".*_(mean|var)")) {
        // Not gradients but changes of running statistics.
        continue;
      }
      INDArray parameter = net.getParam(entry.getKey());
      INDArray flat = parameter.dup('c').reshape(parameter.length());
      long count = Math.min(most, flat.length());
      for (long i = 0; i < count; i++) {
        long at = i * flat.length() / count;
        double value = flat.getDouble(at);
        double above = scoreAt(net, x, labels, parameter, flat, at, value + STEP);
        double below = scoreAt(net, x, labels, parameter, flat, at, value - STEP);
        flat.putScalar(at, value);
        // DL4J's updater divides by the batch's size.
        double expected = (above - below) / (2 * STEP);
        double gradient = entry.getValue().getDouble(at) / x.size(0);
        double difference = Math.abs(expected - gradient);
        assertTrue(difference <= 1e-5 * Math.max(Math.abs(expected), Math.abs(gradient)) + 1e-8,
            () -> entry.getKey() + "[" + at + "]: expected " + expected + ", found " + gradient);
        tried++;
      }
      parameter.assign(flat.reshape('c', parameter.shape()));
    }
    assertTrue(tried > 0, "no gradients");
  }

  private static double scoreAt(ComputationGraph net, INDArray x, INDArray labels, INDArray parameter, INDArray flat,
      long at, double value) {
    flat.putScalar(at, value);
    parameter.assign(flat.reshape('c', parameter.shape()));
    return net.score(new DataSet(x, labels), true);
  }
}
