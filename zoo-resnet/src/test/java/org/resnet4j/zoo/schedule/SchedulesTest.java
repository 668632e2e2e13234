package org.resnet4j.zoo.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;
import org.resnet4j.zoo.weights.SavedModel;

class SchedulesTest {

  static Stream<ISchedule> schedules() {
    return Stream.of(new MultiStepSchedule(0.1, 0.1, 2, 4), new CosineSchedule(0.1, 0.01, 6),
        new OneCycleSchedule(0.1, 6, 0.3, 25, 1e4), new WarmUpSchedule(new CosineSchedule(0.1, 0, 4), 3, 0.01),
        new WarmUpSchedule(new FixedSchedule(0.1), 3, 0.5),
        new WarmUpSchedule(new StepSchedule(ScheduleType.ITERATION, 0.1, 0.5, 2), 2, 0.5));
  }

  static Stream<IUpdater> updaters() {
    return schedules().flatMap(schedule -> Stream.of(new SgdMomentum(schedule, 0.9),
        new SgdMomentum(schedule, 0.9).nesterov(), new AdamW(schedule), new Nesterovs(schedule, 0.9)));
  }

  static List<JsonNode> recorded() throws IOException {
    try (InputStream recording = Fixtures.open("schedules/torch.json")) {
      return StreamSupport.stream(new ObjectMapper().readTree(recording).get("runs").spliterator(), false).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void equalsTorchs(JsonNode run) {
    double[] a = new ObjectMapper().convertValue(run.get("arguments"), double[].class);
    ISchedule schedule = switch (run.get("kind").asText()) {
      case "multiStep" -> {
        int[] at = new int[a.length - 2];
        for (int i = 0; i < at.length; i++) {
          at[i] = (int) a[i + 2];
        }
        yield new MultiStepSchedule(a[0], a[1], at);
      }
      case "cosine" -> new CosineSchedule(a[0], a[1], (int) a[2]);
      case "oneCycle" -> new OneCycleSchedule(a[0], (int) a[1], a[2], a[3], a[4]);
      case "warmUpCosine" -> new WarmUpSchedule(new CosineSchedule(a[0], a[1], (int) a[2]), (int) a[3], a[4]);
      default -> throw new AssertionError(run);
    };
    JsonNode rates = run.get("rates");
    assertTrue(rates.size() >= 2);
    for (int i = 0; i < rates.size(); i++) {
      double expected = rates.get(i).asDouble();
      // A cosine's end is 0 but for rounding, in units of the peak.
      assertEquals(expected, schedule.valueAt(i, 7), 1e-7 * expected + 1e-16 * a[0], schedule + " at " + i);
    }
  }

  @Test
  void thePapersDropsAreAtTheirIterations() {
    ISchedule paper = new MultiStepSchedule(0.1, 0.1, 32_000, 48_000);
    assertEquals(0.1, paper.valueAt(31_999, 0));
    assertEquals(0.01, paper.valueAt(32_000, 0), 1e-15);
    assertEquals(0.01, paper.valueAt(47_999, 0), 1e-15);
    assertEquals(0.001, paper.valueAt(48_000, 0), 1e-15);
  }

  @Test
  void afterTheLastStepTheRateStays() {
    assertEquals(0.01, new CosineSchedule(0.1, 0.01, 6).valueAt(1000, 0), 1e-15);
    ISchedule cycle = new OneCycleSchedule(0.1, 6, 0.3, 25, 1e4);
    assertEquals(0.1 / 25 / 1e4, cycle.valueAt(5, 0), 1e-18);
    assertEquals(cycle.valueAt(5, 0), cycle.valueAt(1000, 0));
  }

  @Test
  void withoutStepsAWarmUpIsTheScheduleItself() {
    ISchedule then = new CosineSchedule(0.1, 0, 4);
    for (int i = 0; i < 5; i++) {
      assertEquals(then.valueAt(i, 0), new WarmUpSchedule(then, 0, 0.01).valueAt(i, 0));
    }
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void survivesAConfigurationsJsonAndClone(IUpdater updater) {
    ComputationGraphConfiguration configuration = net(updater).getConfiguration();
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(configuration.toJson());
    assertEquals(configuration, read);
    assertEquals(configuration.toJson(), read.toJson());
    assertEquals(configuration, configuration.clone());
    assertEquals(updater, updater.clone());
    IUpdater restored = updaterOf(read);
    for (int i = 0; i < 10; i++) {
      assertEquals(updater.getLearningRate(i, 0), restored.getLearningRate(i, 0), "iteration " + i);
    }
  }

  /** As ModelSerializer and SavedModel restore: the configuration's text, the iteration in it, the updater's state. */
  @ParameterizedTest
  @MethodSource("updaters")
  void trainsOnAfterRestoringAtTheRightRate(IUpdater updater, @TempDir Path folder) throws IOException {
    ComputationGraph whole = net(updater);
    INDArray start = whole.params().dup();
    for (int step = 0; step < 6; step++) {
      whole.fit(batch(step));
    }
    ComputationGraph first = net(updater);
    first.setParams(start);
    for (int step = 0; step < 3; step++) {
      first.fit(batch(step));
    }
    File file = folder.resolve("model.zip").toFile();
    ModelSerializer.writeModel(first, file, true);
    ComputationGraph second = ModelSerializer.restoreComputationGraph(file, true);
    assertEquals(updater.getLearningRate(3, 0), rate(second));
    assertNotEquals(updater.getLearningRate(0, 0), updater.getLearningRate(2, 0), "the rate changes");
    for (int step = 3; step < 6; step++) {
      second.fit(batch(step));
    }
    assertArrayEquals(whole.params().toFloatVector(), second.params().toFloatVector(), 0);
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void isReadFromASavedModel(ISchedule schedule, @TempDir Path folder) {
    ComputationGraph net = net(new SgdMomentum(schedule, 0.9));
    for (int step = 0; step < 3; step++) {
      net.fit(batch(step));
    }
    new SavedModel(net, List.of("a", "b"), Preprocessing.unit(32), Map.of()).save(folder);
    ComputationGraph read = SavedModel.load(folder).graph();
    assertEquals(new SgdMomentum(schedule, 0.9), updaterOf(read.getConfiguration()));
    assertEquals(schedule.valueAt(3, 0), rate(read));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    refused("rate", () -> new MultiStepSchedule(0, 0.1, 1));
    refused("rate", () -> new MultiStepSchedule(Double.NaN, 0.1, 1));
    refused("factor", () -> new MultiStepSchedule(0.1, -1, 1));
    refused("at", () -> new MultiStepSchedule(0.1, 0.1, 5, 4));
    refused("at", () -> new MultiStepSchedule(0.1, 0.1, -1));
    refused("peak", () -> new CosineSchedule(Double.POSITIVE_INFINITY, 0, 5));
    refused("last", () -> new CosineSchedule(0.1, 0.2, 5));
    refused("last", () -> new CosineSchedule(0.1, -1, 5));
    refused("steps", () -> new CosineSchedule(0.1, 0, 0));
    refused("warmUpShare", () -> new OneCycleSchedule(0.1, 5, 1, 25, 1e4));
    refused("startDivisor", () -> new OneCycleSchedule(0.1, 5, 0.3, 0.5, 1e4));
    refused("endDivisor", () -> new OneCycleSchedule(0.1, 5, 0.3, 25, Double.NaN));
    refused("steps", () -> new WarmUpSchedule(new FixedSchedule(0.1), -1, 0.1));
    refused("startFactor", () -> new WarmUpSchedule(new FixedSchedule(0.1), 1, 0));
    assertThrows(NullPointerException.class, () -> new WarmUpSchedule(null, 1, 0.1));
  }

  private static void refused(String what, Runnable made) {
    String message = assertThrows(IllegalArgumentException.class, made::run).getMessage();
    assertTrue(message.startsWith(what + ": expected "), message);
    assertTrue(message.contains(", found "), message);
  }

  private static IUpdater updaterOf(ComputationGraphConfiguration configuration) {
    return ((DenseLayer) ((LayerVertex) configuration.getVertices().get("hidden"))
        .getLayerConf().getLayer()).getIUpdater();
  }

  /** Of the next step. */
  private static double rate(ComputationGraph net) {
    return updaterOf(net.getConfiguration()).getLearningRate(net.getConfiguration().getIterationCount(), 0);
  }

  private static ComputationGraph net(IUpdater updater) {
    ComputationGraph net = new ComputationGraph(new NeuralNetConfiguration.Builder().seed(4).updater(updater)
        .graphBuilder().addInputs("input").setInputTypes(InputType.feedForward(3))
        .addLayer("hidden", new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build(), "input")
        .addLayer("output", new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build(), "hidden")
        .setOutputs("output").build());
    net.init();
    return net;
  }

  private static DataSet batch(int step) {
    Nd4j.getRandom().setSeed(1 + step); // 0 stands for a seed of its own choice
    INDArray labels = Nd4j.zeros(5, 2);
    for (int i = 0; i < 5; i++) {
      labels.putScalar(i, (i + step) % 2, 1);
    }
    return new DataSet(Nd4j.randn(5, 3), labels);
  }
}
