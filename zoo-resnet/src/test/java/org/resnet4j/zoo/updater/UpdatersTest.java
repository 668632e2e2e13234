package org.resnet4j.zoo.updater;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

class UpdatersTest {
  private static final double RATE = 0.1;
  private static final double DECAY = 0.2;

  static Stream<IUpdater> updaters() {
    ISchedule schedule = new StepSchedule(ScheduleType.ITERATION, RATE, 0.1, 2);
    return Stream.of(new SgdMomentum(RATE, 0.9), new SgdMomentum(RATE, 0.9).nesterov(), new SgdMomentum(schedule, 0.5),
        new SgdMomentum(RATE, 0), new AdamW(RATE), new AdamW(schedule, 0.8, 0.95, 1e-3));
  }

  /** Plain double arithmetic, written from the definitions; weight decay is coupled for SGD, decoupled for AdamW. */
  private static final class ByHand {
    private final IUpdater updater;
    private final double[] first;
    private final double[] second;
    private int step;

    ByHand(IUpdater updater, int size) {
      this.updater = updater;
      first = new double[size];
      second = new double[size];
    }

    void step(double[] parameters, double[] gradient, double[] decay) {
      double rate = updater.getLearningRate(step, 0);
      step++;
      for (int i = 0; i < parameters.length; i++) {
        double g = gradient[i];
        if (updater instanceof SgdMomentum sgd) {
          g += decay[i] * parameters[i];
          first[i] = sgd.momentum() * first[i] + g;
          parameters[i] -= rate * (sgd.isNesterov() ? g + sgd.momentum() * first[i] : first[i]);
        } else if (updater instanceof AdamW adam) {
          parameters[i] *= 1 - rate * decay[i];
          first[i] = adam.beta1() * first[i] + (1 - adam.beta1()) * g;
          second[i] = adam.beta2() * second[i] + (1 - adam.beta2()) * g * g;
          double mean = first[i] / (1 - Math.pow(adam.beta1(), step));
          double square = second[i] / (1 - Math.pow(adam.beta2(), step));
          parameters[i] -= rate * mean / (Math.sqrt(square) + adam.epsilon());
        }
      }
    }
  }

  private static ComputationGraph net(IUpdater updater) {
    ComputationGraphConfiguration conf = new NeuralNetConfiguration.Builder().seed(4).dataType(DataType.DOUBLE)
        .updater(updater).l2(DECAY).graphBuilder().addInputs("input").setInputTypes(InputType.feedForward(3))
        .addLayer("hidden", new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build(), "input")
        .addLayer("output", new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build(), "hidden")
        .setOutputs("output").build();
    if (updater instanceof AdamW adam) {
      adam.configure(conf, DECAY);
    }
    ComputationGraph net = new ComputationGraph(conf);
    net.init();
    return net;
  }

  private static DataSet batch(int step) {
    Nd4j.getRandom().setSeed(step);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, 5, 2);
    for (int i = 0; i < 5; i++) {
      labels.putScalar(i, (i + step) % 2, 1);
    }
    return new DataSet(Nd4j.randn(DataType.DOUBLE, 5, 3), labels);
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void trainsANetAsDoneByHandThroughCloneJsonAndSavedState(IUpdater updater) {
    ComputationGraph net = net(updater);
    ComputationGraph gradients = net(updater);
    double[] expected = net.params().toDoubleVector();
    double[] decay = new double[expected.length];
    // DL4J's order: hidden W [3, 4], b [4], output W [4, 2], b [2]; biases aren't decayed.
    Arrays.fill(decay, 0, 12, DECAY);
    Arrays.fill(decay, 16, 24, DECAY);
    ByHand byHand = new ByHand(updater, expected.length);
    for (int step = 0; step < 6; step++) {
      DataSet data = batch(step);
      gradients.setParams(Nd4j.createFromArray(expected));
      gradients.setInputs(data.getFeatures());
      gradients.setLabels(data.getLabels());
      gradients.computeGradientAndScore();
      byHand.step(expected, gradients.gradient().gradient().div(5).toDoubleVector(), decay);
      net.fit(data);
      assertArrayEquals(expected, net.params().toDoubleVector(), 1e-12, "step " + step);
      if (step == 2) {
        int iteration = net.getConfiguration().getIterationCount();
        net = net.clone();
        // DL4J's clone forgets it, and schedules start anew.
        net.getConfiguration().setIterationCount(iteration);
      } else if (step == 3) {
        ComputationGraph read =
            new ComputationGraph(ComputationGraphConfiguration.fromJson(net.getConfiguration().toJson()));
        read.init(net.params(), true);
        read.getUpdater().setStateViewArray(net.getUpdater().getStateViewArray().dup());
        net = read;
      }
    }
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void survivesJsonAndClone(IUpdater updater) {
    ComputationGraphConfiguration conf = net(updater).getConfiguration();
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(conf.toJson());
    assertEquals(conf, read);
    assertEquals(conf.toJson(), read.toJson());
    IUpdater copy = updater.clone();
    assertEquals(updater, copy);
    assertEquals(updater.hashCode(), copy.hashCode());
    copy.setLrAndSchedule(77, null);
    assertNotEquals(updater, copy);
    assertEquals(77, copy.getLearningRate(0, 0));
    assertNotEquals(77, updater.getLearningRate(0, 0));
  }

  @Test
  void differentSettingsAreNotEqual() {
    assertNotEquals(new SgdMomentum(0.1, 0.9), new SgdMomentum(0.1, 0.9).nesterov());
    assertNotEquals(new SgdMomentum(0.1, 0.9), new SgdMomentum(0.1, 0.8));
    assertNotEquals(new AdamW(0.1), new AdamW(0.1, 0.9, 0.999, 1e-7));
    assertNotEquals(new AdamW(0.1), new SgdMomentum(0.1, 0.9));
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new SgdMomentum(0.1, 1));
    assertThrows(IllegalArgumentException.class, () -> new SgdMomentum(0.1, -0.1));
    assertThrows(IllegalArgumentException.class, () -> new AdamW(0.1, 1, 0.999, 1e-8));
    assertThrows(IllegalArgumentException.class, () -> new AdamW(0.1, 0.9, Double.NaN, 1e-8));
  }

  /** As when parameters are unfrozen late: the first step is one learning rate long, whatever the net's iteration. */
  @Test
  void adamWsFirstStepIsCorrectedAtAnyIteration() {
    AdamW adam = new AdamW(0.1);
    INDArray gradient = Nd4j.createFromArray(3.0, -0.01);
    adam.instantiate(Nd4j.zeros(DataType.DOUBLE, 5), true).applyUpdater(gradient, 1000, 10);
    assertArrayEquals(new double[] {0.1, -0.1}, gradient.toDoubleVector(), 1e-6);
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void stateIsAMapAsWell(IUpdater updater) {
    GradientUpdater<?> updates = updater.instantiate(Nd4j.ones(DataType.DOUBLE, updater.stateSize(3)), true);
    updates.applyUpdater(Nd4j.ones(DataType.DOUBLE, 3), 0, 0);
    GradientUpdater<?> restored = updater.instantiate(updates.getState(), false);
    INDArray one = Nd4j.createFromArray(1.0, 2.0, 3.0);
    INDArray other = one.dup();
    GradientUpdater<?> copy = updater.instantiate(updates.getState().values().iterator().next().dup(), false);
    restored.applyUpdater(one, 1, 0);
    copy.applyUpdater(other, 1, 0);
    assertEquals(other, one);
    assertThrows(IllegalArgumentException.class, () -> updater.instantiate(Map.of("V", one), false));
  }

  @Test
  void equalsTorchesRecordedSteps() throws IOException {
    try (InputStream recording = getClass().getResourceAsStream("/org/resnet4j/testdata/training/updaters.json")) {
      assumeTrue(recording != null, "training/updaters.json isn't among the recordings");
      for (JsonNode run : new ObjectMapper().readTree(recording).get("runs")) {
        JsonNode settings = run.get("optimizer");
        double[] rates = doubles(run.get("learningRates"));
        ISchedule schedule = new MapSchedule(ScheduleType.ITERATION,
            Map.of(0, rates[0], rates.length / 2, rates[rates.length / 2]));
        boolean sgd = settings.get("name").asText().equals("sgd");
        IUpdater updater = sgd
            ? new SgdMomentum(schedule, settings.get("momentum").asDouble())
            : new AdamW(schedule, settings.get("beta1").asDouble(), settings.get("beta2").asDouble(),
                settings.get("epsilon").asDouble());
        double weightDecay = settings.get("weightDecay").asDouble();
        INDArray parameters = Nd4j.createFromArray(doubles(run.get("start"))).castTo(DataType.FLOAT);
        GradientUpdater<?> updates =
            updater.instantiate(Nd4j.create(DataType.FLOAT, updater.stateSize(parameters.length())), true);
        for (int step = 0; step < rates.length; step++) {
          assertEquals(rates[step], updater.getLearningRate(step, 0), 1e-12);
          INDArray gradient = Nd4j.createFromArray(doubles(run.get("gradients").get(step))).castTo(DataType.FLOAT);
          INDArray decay = parameters.mul(weightDecay);
          if (sgd) {
            gradient.addi(decay);
          }
          updates.applyUpdater(gradient, step, 0);
          parameters.subi(sgd ? gradient : gradient.addi(decay.mul(rates[step])));
          assertArrayEquals(doubles(run.get("parameters").get(step)), parameters.toDoubleVector(), 2e-6,
              settings + ", step " + step);
        }
      }
    }
  }

  private static double[] doubles(JsonNode array) {
    return new ObjectMapper().convertValue(array, double[].class);
  }
}
