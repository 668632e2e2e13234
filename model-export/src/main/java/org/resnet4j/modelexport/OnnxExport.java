package org.resnet4j.modelexport;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import onnx.Onnx.ModelProto;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.modelexport.onnx.GraphExport;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.zoo.weights.AtomicFiles;

/**
 * Writes networks as <a href="https://onnx.ai">ONNX</a>, opset {@value GraphExport#OPSET}, for ONNX Runtime and all else
 * that reads it.
 *
 * <p>The file computes what {@link ComputationGraph#output} gives, in float32, for batches of any size. Inputs and
 * outputs have the names of DL4J's vertices and their layout; inner values are named after their vertices, parameters as
 * in {@link org.resnet4j.zoo.weights.ModelWeights}. Between, images lie [N, C, H, W].
 *
 * <p>Every method throws an {@link ExportException}, and then leaves the file as it was.
 */
public final class OnnxExport {
  /** Protobuf's limit is 2 GiB in all; the rest is for the graph. */
  private static final long MOST_PARAMETERS = (Integer.MAX_VALUE - (32L << 20)) / Float.BYTES;

  private OnnxExport() {}

  /**
   * Writes a network for images of any size.
   *
   * @throws ExportException.UnsupportedLayer naming the vertex that can't go out
   * @throws ExportException.UnknownInput if no layer behind an input tells the input's axes
   * @throws ExportException.TooLarge if the parameters need more than 2 GB
   */
  public static void write(ComputationGraph graph, Path file) {
    write(graph, InputShapes.of(graph.getConfiguration()), file);
  }

  /** Writes a network that came from Keras; the inputs have the sizes that the Keras model says. */
  public static void write(ImportedModel model, Path file) {
    write(model.graph(), InputShapes.of(model), file);
  }

  /**
   * Writes any network.
   *
   * @param shapes each input's, without the batch; -1 for an axis of any size
   */
  public static void write(ComputationGraph graph, Map<String, List<Long>> shapes, Path file) {
    for (String input : graph.getConfiguration().getNetworkInputs()) {
      if (!shapes.containsKey(input)) {
        throw new ExportException.UnknownInput(input, "its shape", "none");
      }
    }
    long parameters = graph.getConfiguration().getVertices().values().stream()
        .mapToLong(vertex -> vertex.numParams(true)).sum();
    if (parameters > MOST_PARAMETERS) {
      throw new ExportException.TooLarge("the network", "at most " + MOST_PARAMETERS + " parameters in one ONNX file",
          String.valueOf(parameters));
    }
    ModelProto model = GraphExport.model(graph, shapes);
    try {
      AtomicFiles.write(file, channel -> {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        model.writeTo(out);
        out.flush();
      });
    } catch (IOException e) {
      throw new ExportException.NotWritten(file.toString(), e);
    }
  }
}
