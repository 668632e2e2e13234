package org.resnet4j.modelexport;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An ONNX file in Microsoft's runtime, on one thread. */
final class OnnxRuntime implements AutoCloseable {
  private static final OrtEnvironment ENVIRONMENT =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);

  private final OrtSession session;

  OnnxRuntime(Path file) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      session = ENVIRONMENT.createSession(file.toString(), options);
    }
  }

  /** Every output by name, in the file's order. */
  Map<String, INDArray> run(Map<String, INDArray> inputs) throws OrtException {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, INDArray> input : inputs.entrySet()) {
      INDArray values = input.getValue().dup('c');
      tensors.put(input.getKey(),
          OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(values.data().asFloat()), values.shape()));
    }
    Map<String, INDArray> outputs = new LinkedHashMap<>();
    try (OrtSession.Result result = session.run(tensors)) {
      for (Map.Entry<String, ai.onnxruntime.OnnxValue> output : result) {
        OnnxTensor tensor = (OnnxTensor) output.getValue();
        float[] values = new float[tensor.getFloatBuffer().remaining()];
        tensor.getFloatBuffer().get(values);
        outputs.put(output.getKey(), Nd4j.create(values, tensor.getInfo().getShape(), 'c'));
      }
    }
    tensors.values().forEach(OnnxTensor::close);
    return outputs;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
