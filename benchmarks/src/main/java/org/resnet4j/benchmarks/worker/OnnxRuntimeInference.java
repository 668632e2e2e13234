package org.resnet4j.benchmarks.worker;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * ONNX Runtime's CPU kernels, the network from our exporter. Loading the file and optimising it are one step of it, and
 * count as compilation. Its threads spin for some microseconds after a call, then sleep, as they do for every user.
 */
final class OnnxRuntimeInference implements Computation {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Path file;
  private final int threads;
  private final OnnxTensor input;
  private OrtSession session;
  private Map<String, OnnxTensor> inputs;
  private OrtSession.Result result;

  OnnxRuntimeInference(WorkerTask task) throws IOException, OrtException {
    file = task.type() == NumberType.INT8 ? task.files().quantized(task.variant()) : task.files().onnx();
    threads = task.threads();
    FloatBuffer values = Floats.read(task.files().images(), task.inputLength()).asFloatBuffer();
    input = OnnxTensor.createTensor(environment, values, task.inputShape());
  }

  @Override
  public void compile() throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      session = environment.createSession(file.toString(), options);
    }
    inputs = Map.of(session.getInputNames().iterator().next(), input);
  }

  @Override
  public void call() throws OrtException {
    if (result != null) {
      result.close();
    }
    result = session.run(inputs);
  }

  @Override
  public float[] values() {
    FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  @Override
  public Map<String, String> versions() {
    return Map.of("ONNX Runtime", environment.getVersion());
  }

  @Override
  public void close() throws OrtException {
    if (result != null) {
      result.close();
    }
    if (session != null) {
      session.close();
    }
    input.close();
  }
}
