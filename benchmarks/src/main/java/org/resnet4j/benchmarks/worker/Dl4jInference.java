package org.resnet4j.benchmarks.worker;

import java.io.IOException;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.weights.SavedModel;

/** {@link ComputationGraph#output} with or without layer helpers. */
final class Dl4jInference implements Computation {
  private final ComputationGraph graph;
  private final INDArray input;
  private INDArray output;

  Dl4jInference(WorkerTask task) throws IOException {
    graph = load(task).graph();
    input = input(task);
  }

  /** The task's network, with layer helpers if its method says so. */
  static SavedModel load(WorkerTask task) {
    boolean helpers = task.method() == Method.DL4J_HELPERS;
    if (helpers) {
      LayerHelpers.enable();
    }
    SavedModel saved = SavedModel.load(task.files().saved());
    Map<String, String> active = LayerHelpers.active(saved.graph());
    if (helpers == active.isEmpty()) {
      throw new IllegalStateException(
          "expected " + (helpers ? "layer helpers" : "no layer helpers") + ", found " + active);
    }
    return saved;
  }

  static INDArray input(WorkerTask task) throws IOException {
    float[] values = new float[task.inputLength()];
    Floats.read(task.files().images(), values.length).asFloatBuffer().get(values);
    return Nd4j.create(values, task.inputShape(), 'c');
  }

  @Override
  public void compile() {}

  @Override
  public void call() {
    output = graph.output(input)[0];
  }

  @Override
  public float[] values() {
    return output.dup('c').data().asFloat();
  }

  @Override
  public Map<String, String> versions() {
    return Map.of("Deeplearning4j", version());
  }

  /** As its jar is named: neither manifest nor {@code VersionCheck} knows. */
  static String version() {
    String jar = ComputationGraph.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    return jar.replaceFirst(".*deeplearning4j-nn-(.*)\\.jar", "$1");
  }

  @Override
  public void close() {}
}
