package org.resnet4j.modelimport;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.file.KerasFile;
import org.resnet4j.modelimport.graph.LayerMapping;
import org.resnet4j.modelimport.model.Input;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.zoo.ZooWeights;
import org.resnet4j.zoo.Dialect;
import org.resnet4j.zoo.ModelSummary;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.TensorSource;

/** Keras's weights in a net of the zoo. */
final class ZooImport {
  private ZooImport() {}

  static ImportedModel load(KerasFile file, ResNetSpec spec, KerasOptions options) {
    if (options.architecture().isPresent() || options.dataType().equals(Optional.of(DataType.DOUBLE))) {
      throw new IllegalArgumentException("A net of the zoo is its own architecture and computes in float32.");
    }
    ZooWeights weights = ZooWeights.of(file, spec);
    long[] top = weights.shapes().get("logits.bias");
    ResNet.Builder builder = ResNets.named(spec.name()).spec(spec)
        .format(options.inputLayout().orElse(CNN2DFormat.NHWC)).head(top != null);
    ResNet net = (top == null ? builder : builder.numClasses(Math.toIntExact(top[0]))).build();
    ComputationGraph graph = net.init();
    ModelWeights.load(graph, counted(weights, options.progress()));
    return new ImportedModel(graph, KerasImport.origin(file) + ", for " + spec.name(), List.of(input(net, spec)),
        graph.getConfiguration().getNetworkOutputs(), mappings(net, graph, weights), aliases(graph, spec), padding(spec),
        List.of());
  }

  private static TensorSource counted(TensorSource weights, KerasOptions.Progress progress) {
    Set<String> read = new HashSet<>();
    return new TensorSource() {
      @Override
      public String name() {
        return weights.name();
      }

      @Override
      public Map<String, long[]> shapes() {
        return weights.shapes();
      }

      @Override
      public INDArray read(String tensor) {
        // Each is read twice: first all are checked.
        if (read.add(tensor)) {
          progress.read(read.size(), shapes().size());
        }
        return weights.read(tensor);
      }
    };
  }

  /** Where a global average precedes the head, images of any size go in. */
  private static Input input(ResNet net, ResNetSpec spec) {
    InputTypeConvolutional type = (InputTypeConvolutional) net.inputType();
    boolean any = spec.dialect().head() == Dialect.Head.GLOBAL_AVERAGE;
    int height = any ? Shape.UNKNOWN : (int) type.getHeight();
    int width = any ? Shape.UNKNOWN : (int) type.getWidth();
    int channels = (int) type.getChannels();
    return new Input("input", type.getFormat() == CNN2DFormat.NHWC ? Shape.of(height, width, channels)
        : Shape.of(channels, height, width));
  }

  private static List<LayerMapping> mappings(ResNet net, ComputationGraph graph, ZooWeights weights) {
    Map<String, Shape> shapes = ModelSummary.of(net).vertices().stream().collect(Collectors.toMap(
        ModelSummary.Vertex::name,
        vertex -> new Shape(Arrays.stream(vertex.shape().split("x")).map(Integer::valueOf).toList())));
    List<LayerMapping> mappings = new ArrayList<>();
    weights.vertices().forEach((layer, vertex) -> {
      Layer made = graph.getLayer(vertex);
      String kind = made.conf().getLayer().getClass().getSimpleName();
      mappings.add(new LayerMapping(layer, switch (made.type()) {
        case CONVOLUTIONAL -> "Conv2D";
        case NORMALIZATION -> "BatchNormalization";
        default -> "Dense";
      }, List.of(vertex), kind, shapes.get(vertex), made.numParams()));
    });
    return mappings;
  }

  /** keras.applications' layers that pad for the layer behind them. */
  private static Set<String> padding(ResNetSpec spec) {
    Set<String> padding = new HashSet<>(Set.of("conv1_pad", "pool1_pad"));
    ZooWeights.names(spec).keySet().stream().filter(name -> name.endsWith("_2_conv"))
        .forEach(name -> padding.add(name.replace("_2_conv", "_2_pad")));
    return padding;
  }

  /** Keras's names of the graph's vertices. */
  private static Map<String, String> aliases(ComputationGraph graph, ResNetSpec spec) {
    Map<String, String> aliases = new LinkedHashMap<>();
    ZooWeights.names(spec).forEach((layer, vertex) -> {
      if (graph.getVertex(vertex) != null) {
        aliases.put(layer, vertex);
      }
    });
    return aliases;
  }
}
