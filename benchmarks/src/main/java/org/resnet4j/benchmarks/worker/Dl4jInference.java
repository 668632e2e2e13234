package org.resnet4j.benchmarks.worker;

import java.io.IOException;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.weights.SavedModel;

/** {@link ComputationGraph#output} with or without layer helpers. */
final class Dl4jInference implements Inference {
  private final ComputationGraph graph;
  private final INDArray input;
  private INDArray output;

  Dl4jInference(WorkerTask task) throws IOException {
    boolean helpers = task.method() == Method.DL4J_HELPERS;
    if (helpers) {
      LayerHelpers.enable();
    }
    graph = SavedModel.load(task.files().saved()).graph();
    if (helpers == LayerHelpers.active(graph).isEmpty()) {
      throw new IllegalStateException(
          "expected " + (helpers ? "layer helpers" : "no layer helpers") + ", found " + LayerHelpers.active(graph));
    }
    input = input(task);
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
