package org.resnet4j.modelimport.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.graph.LayerMapping;

/**
 * Compares a network with a NumPy archive of what the original computed: {@code x} its input, {@code y} its output in
 * inference mode, {@code mid__NAME} a layer's output. A network of several inputs or outputs has {@code x__NAME} and
 * {@code y__NAME} for each. Other arrays are ignored.
 */
public final class Verification {
  private static final String MIDDLE = "mid__";

  private final ImportedModel model;
  private final ComputationGraph graph;
  private final NpzFile recorded;

  private Verification(ImportedModel model, NpzFile recorded) {
    this.model = model;
    this.graph = model.graph();
    this.recorded = recorded;
  }

  /**
   * Runs the network once.
   *
   * @return for {@code y} and each {@code mid__} array, in the archive's order; layers whose work another one's vertex
   *     does have nothing to compare
   * @throws ModelImportException if an array is missing, of another shape, or of a layer that the network doesn't have
   */
  public static List<Agreement> of(ImportedModel model, NpzFile recorded) {
    return new Verification(model, recorded).run();
  }

  /** Recorded arrays of layers whose work another one's vertex does, which so can't be compared. */
  public static List<String> notCompared(ImportedModel model, NpzFile recorded) {
    return recorded.names().stream().filter(name -> name.startsWith(MIDDLE)
        && model.merged().contains(name.substring(MIDDLE.length()))).toList();
  }

  private List<Agreement> run() {
    List<String> outputs = graph.getConfiguration().getNetworkOutputs();
    List<String> inputs = graph.getConfiguration().getNetworkInputs();
    INDArray[] x = inputs.stream().map(input -> read(name("x", input, inputs))).toArray(INDArray[]::new);
    for (int i = 0; i < x.length; i++) {
      checkInput(name("x", inputs.get(i), inputs), model.inputs().get(i).shape(), x[i]);
    }
    Map<String, INDArray> computed = graph.feedForward(x, false);
    List<Agreement> agreements = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      String name = name("y", model.outputs().get(i), outputs);
      agreements.add(compare(name, read(name), computed.get(outputs.get(i))));
    }
    for (String name : recorded.names()) {
      if (name.startsWith(MIDDLE)) {
        String layer = name.substring(MIDDLE.length());
        INDArray values = computed.get(vertex(layer));
        if (values == null && model.merged().contains(layer)) {
          continue;
        }
        if (values == null) {
          throw new ModelImportException.WeightsDiffer(name, "a layer of the model",
              "none named " + ModelImportException.quote(layer),
              "Name the array after a layer or vertex that the import lists, or leave it out.");
        }
        agreements.add(compare(name, read(name), values));
      }
    }
    return agreements;
  }

  /** By the name of a vertex, of Keras's layer, or by a nested layer's path. */
  private String vertex(String layer) {
    if (graph.getVertex(layer) != null) {
      return layer;
    }
    List<LayerMapping> calls = model.layers().stream().filter(mapping -> mapping.layer().equals(layer)).toList();
    return calls.size() == 1 ? calls.get(0).vertices().get(calls.get(0).vertices().size() - 1)
        : model.vertices().getOrDefault(layer, layer);
  }

  private static String name(String kind, String vertex, List<String> all) {
    return all.size() == 1 ? kind : kind + "__" + vertex;
  }

  private static void checkInput(String name, Shape expected, INDArray found) {
    boolean fits = found.rank() == expected.rank() + 1;
    for (int axis = 1; fits && axis < found.rank(); axis++) {
      fits = expected.size(axis) == Shape.UNKNOWN || expected.size(axis) == found.size(axis);
    }
    if (!fits) {
      throw new ModelImportException.Incomplete(name, "a batch of " + expected + " as the model takes",
          Arrays.toString(found.shape()), "Record what this model was given, in its own layout.");
    }
  }

  private INDArray read(String name) {
    return recorded.read(name, graph.params().dataType());
  }

  private static Agreement compare(String name, INDArray expected, INDArray found) {
    if (!Arrays.equals(expected.shape(), found.shape())) {
      throw new ModelImportException.ShapeDiffers(name, Arrays.toString(found.shape()) + " as computed",
          Arrays.toString(expected.shape()) + " as recorded",
          "Record input and outputs with this model, the batch first, in Keras's layout.");
    }
    double[] values = expected.dup('c').data().asDouble();
    double[] computed = found.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < values.length; i++) {
      // NaN, once found, stays.
      difference = Math.max(difference, Math.abs(values[i] - computed[i]));
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return new Agreement(name, difference, largest);
  }
}
