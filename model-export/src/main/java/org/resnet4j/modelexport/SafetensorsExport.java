package org.resnet4j.modelexport;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.modelimport.pytorch.PyTorchNaming;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.Safetensors;
import org.resnet4j.zoo.weights.TensorSource;

/**
 * Writes weights as <a href="https://github.com/huggingface/safetensors">safetensors</a>, float32, for PyTorch:
 * {@code net.load_state_dict(safetensors.torch.load_file(path), strict=True)}.
 *
 * <p>{@code num_batches_tracked} isn't written: PyTorch's batch norm takes 0 where a state dict without metadata lacks
 * it. Every method throws a {@link org.resnet4j.zoo.weights.WeightsException} where a file can't be written.
 */
public final class SafetensorsExport {
  private SafetensorsExport() {}

  /**
   * Writes a zoo net's weights under the names of PyTorch's net of the same architecture, where there is one.
   *
   * @param graph the spec's net, with any number of classes, or without head
   * @return whose names those are, and what else the PyTorch net needs: a sentence
   */
  public static String write(ComputationGraph graph, ResNetSpec spec, Path file) {
    return write(graph, spec, Map.of(), file);
  }

  /**
   * The same with notes of one's own in the file's metadata, such as class names.
   *
   * @return whose names those are, and what else the PyTorch net needs: a sentence
   */
  public static String write(ComputationGraph graph, ResNetSpec spec, Map<String, String> notes, Path file) {
    TensorSource tensors = PyTorchNaming.of(spec).apply(ModelWeights.source(graph));
    String names = PyTorchNaming.describe(spec);
    // Hugging Face's libraries refuse files that don't say "pt".
    Map<String, String> all = new TreeMap<>(notes);
    all.putAll(Map.of("format", "pt", "model", spec.name(), "names", names));
    Safetensors.write(file, tensors, all);
    return names;
  }

  /** Writes any net's weights under ResNet4J's own names, as {@link ModelWeights} has them. */
  public static void write(ComputationGraph graph, Path file) {
    Safetensors.write(file, ModelWeights.source(graph), Map.of("format", "pt"));
  }
}
