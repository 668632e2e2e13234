package org.resnet4j.benchmarks.worker;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;
import org.resnet4j.zoo.weights.SavedModel;

/** This project's engine. The network that it was compiled from stays in memory, as a user's would. */
final class EngineInference implements Computation {
  private final ComputationGraph graph;
  private final EngineOptions options;
  private final INDArray input;
  private CompiledGraph compiled;
  private INDArray output;

  EngineInference(WorkerTask task) throws IOException {
    options = options(task);
    graph = load(task).graph();
    input = Dl4jInference.input(task);
  }

  static EngineOptions options(WorkerTask task) {
    Precision precision = switch (task.type()) {
      case F32 -> Precision.FLOAT32;
      case BF16 -> Precision.BFLOAT16;
      case INT8 -> throw new IllegalArgumentException("the engine has no int8");
    };
    return EngineOptions.standard().withPrecision(precision).withThreads(task.threads());
  }

  /** The task's network, not compiled yet. */
  static SavedModel load(WorkerTask task) {
    OneDnn.unavailable().ifPresent(reason -> {
      throw new IllegalStateException(reason);
    });
    return SavedModel.load(task.files().saved());
  }

  @Override
  public void compile() {
    compiled = OneDnn.compile(graph, options);
  }

  @Override
  public void call() {
    output = compiled.output(input)[0];
  }

  @Override
  public float[] values() {
    return output.dup('c').data().asFloat();
  }

  @Override
  public Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>(Map.of("oneDNN", OneDnn.library().version(), "Deeplearning4j",
        Dl4jInference.version()));
    if (!compiled.interpreted().isEmpty()) {
      versions.put("vertices left to Deeplearning4j:", String.valueOf(compiled.interpreted().size()));
    }
    return versions;
  }

  @Override
  public void close() {
    if (compiled != null) {
      compiled.close();
    }
  }
}
