package org.resnet4j.modelexport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.resnet4j.modelexport.onnx.GraphExport;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.zoo.layer.Borders;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.Scaling;

/** The shapes of a network's inputs, without the batch; -1 for any size. */
final class InputShapes {
  private static final long ANY = -1;

  private InputShapes() {}

  /** As the Keras model says, in the layout that it was imported for. */
  static Map<String, List<Long>> of(ImportedModel model) {
    ComputationGraphConfiguration configuration = model.graph().getConfiguration();
    Set<String> ofKeras = model.layers().stream().flatMap(layer -> layer.vertices().stream())
        .collect(Collectors.toSet());
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    model.inputs().forEach(input -> {
      List<Long> shape = input.shape().sizes().stream().map(size -> size == Shape.UNKNOWN ? ANY : (long) size).toList();
      // Not a layer of Keras's: the permutation to Keras's layout.
      Optional<GraphVertex> turned = consumers(configuration, input.name()).stream()
          .filter(name -> !ofKeras.contains(name)).map(name -> vertex(configuration, name))
          .filter(Permutation.class::isInstance).findFirst();
      shapes.put(input.name(), turned.isEmpty() ? shape : turned.get().equals(Permutation.to(CNN2DFormat.NHWC))
          ? List.of(shape.get(2), shape.get(0), shape.get(1)) : List.of(shape.get(1), shape.get(2), shape.get(0)));
    });
    return shapes;
  }

  /** As the first layers with parameters say: layout and channels of images, of any height and width. */
  static Map<String, List<Long>> of(ComputationGraphConfiguration configuration) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    configuration.getNetworkInputs().forEach(input -> shapes.put(input, ofInput(configuration, input)));
    return shapes;
  }

  private static List<Long> ofInput(ComputationGraphConfiguration configuration, String input) {
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(input));
    while (!open.isEmpty()) {
      for (String name : consumers(configuration, open.remove())) {
        GraphVertex vertex = vertex(configuration, name);
        if (vertex instanceof LayerVertex layerVertex) {
          Layer layer = GraphExport.bare(layerVertex.getLayerConf().getLayer());
          if (layer instanceof ConvolutionLayer convolution) {
            return convolution.getCnn2dDataFormat() == CNN2DFormat.NHWC
                ? List.of(ANY, ANY, convolution.getNIn()) : List.of(convolution.getNIn(), ANY, ANY);
          } else if (layer instanceof DenseLayer dense) {
            return List.of(dense.getNIn());
          }
        } else if (!(vertex instanceof Borders || vertex instanceof Scaling)) {
          // Behind any other vertex the axes or the channels may be others.
          continue;
        }
        if (seen.add(name)) {
          open.add(name);
        }
      }
    }
    throw new ExportException.UnknownInput(input, "a convolution or dense layer behind it", "none");
  }

  private static GraphVertex vertex(ComputationGraphConfiguration configuration, String name) {
    GraphVertex vertex = configuration.getVertices().get(name);
    return vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex;
  }

  private static List<String> consumers(ComputationGraphConfiguration configuration, String name) {
    return configuration.getVertexInputs().entrySet().stream().filter(entry -> entry.getValue().contains(name))
        .map(Map.Entry::getKey).toList();
  }
}
