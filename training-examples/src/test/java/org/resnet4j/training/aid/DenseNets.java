package org.resnet4j.training.aid;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/** Nets without batch norm. */
final class DenseNets {
  private static final int IN = 5;
  private static final int CLASSES = 3;

  private DenseNets() {}

  static ComputationGraph net(IUpdater updater, int hidden) {
    return net(new NeuralNetConfiguration.Builder().updater(updater), hidden);
  }

  /** The first layer has biases of more than one size, the second a softmax. */
  static ComputationGraph net(NeuralNetConfiguration.Builder settings, int hidden) {
    ComputationGraph graph = new ComputationGraph(settings.seed(7).graphBuilder().addInputs("in")
        .setInputTypes(InputType.feedForward(IN))
        .addLayer("hidden", new DenseLayer.Builder().nOut(hidden).activation(Activation.TANH).build(), "in")
        .addLayer("middle", new DenseLayer.Builder().nOut(hidden).activation(Activation.TANH).build(), "hidden")
        .addLayer("out", new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build(), "middle")
        .setOutputs("out").build());
    graph.init();
    return graph;
  }

  /** The largest difference. */
  static double distance(INDArray one, INDArray other) {
    return one.sub(other).amaxNumber().doubleValue();
  }

  static DataSet batch(int examples, long seed) {
    // ND4J takes a seed of 0 for the time.
    Nd4j.getRandom().setSeed(seed + 1);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, examples, CLASSES);
    for (int i = 0; i < examples; i++) {
      labels.putScalar(i, (i + seed) % CLASSES, 1);
    }
    return new DataSet(Nd4j.randn(DataType.FLOAT, examples, IN), labels);
  }
}
