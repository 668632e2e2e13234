package org.resnet4j.engine.parity;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A random graph while its vertices are added, and a line of text for each. */
final class Assembly {
  static final int CLASSES = 3;

  final CNN2DFormat format;
  private final GraphBuilder graph =
      new NeuralNetConfiguration.Builder().updater(new NoOp()).graphBuilder().allowDisconnected(true)
          .validateOutputLayerConfig(false);
  private final List<Made> made = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();

  /** What a vertex gives: images, or vectors where there are neither height nor width. */
  record Made(String name, int channels, int height, int width) {
    boolean image() {
      return height > 0;
    }

    int features() {
      return image() ? channels * height * width : channels;
    }

    Made as(int channels, int height, int width) {
      return new Made(name, channels, height, width);
    }

    Made vectors(int features) {
      return as(features, 0, 0);
    }

    boolean sameShape(Made other) {
      return channels == other.channels && beside(other);
    }

    boolean beside(Made other) {
      return height == other.height && width == other.width;
    }

    @Override
    public String toString() {
      return name + (image() ? "[%d, %dx%d]".formatted(channels, height, width) : "[%d]".formatted(channels));
    }
  }

  Assembly(CNN2DFormat format) {
    this.format = format;
  }

  void inputs(List<Made> inputs) {
    graph.addInputs(inputs.stream().map(Made::name).toArray(String[]::new));
    graph.setInputTypes(inputs.stream().map(input -> input.image()
        ? InputType.convolutional(input.height, input.width, input.channels, format)
        : InputType.feedForward(input.channels)).toArray(InputType[]::new));
    made.addAll(inputs);
    inputs.forEach(input -> lines.add("input " + input));
  }

  /** The last but {@code back} of what fits, counted round. */
  Optional<Made> find(int back, Predicate<Made> fits) {
    List<Made> fitting = made.stream().filter(fits).toList();
    return fitting.isEmpty() ? Optional.empty()
        : Optional.of(fitting.get(Math.floorMod(fitting.size() - 1 - back, fitting.size())));
  }

  Optional<Made> image(int back) {
    return find(back, Made::image);
  }

  /** An array's sizes in the order of its axes, without the batch. */
  int[] sizes(Made array) {
    return !array.image() ? new int[] {array.channels}
        : format == CNN2DFormat.NHWC ? new int[] {array.height, array.width, array.channels}
        : new int[] {array.channels, array.height, array.width};
  }

  /** Images, or vectors, of these sizes in the order of their axes. */
  Made shaped(Made from, int... sizes) {
    return sizes.length == 1 ? from.vectors(sizes[0])
        : format == CNN2DFormat.NHWC ? from.as(sizes[2], sizes[0], sizes[1]) : from.as(sizes[0], sizes[1], sizes[2]);
  }

  Made layer(String what, Layer layer, Made from, Made shaped) {
    String name = next();
    graph.addLayer(name, layer, from.name());
    return add(what, List.of(from), name, shaped);
  }

  Made vertex(String what, GraphVertex vertex, List<Made> from, Made shaped) {
    String name = next();
    graph.addVertex(name, vertex, from.stream().map(Made::name).toArray(String[]::new));
    return add(what, from, name, shaped);
  }

  private String next() {
    return "v" + made.size();
  }

  private Made add(String what, List<Made> from, String name, Made shaped) {
    Made result = new Made(name, shaped.channels, shaped.height, shaped.width);
    made.add(result);
    lines.add(result + " = " + what + " of " + String.join(", ", from.stream().map(Made::name).toList()));
    return result;
  }

  /** For training: each array that nobody reads ends in a loss of its own. */
  RandomGraph withLosses(int batch) {
    List<Made> inputs = inputs();
    Set<String> read = new HashSet<>();
    graph.getVertexInputs().values().forEach(read::addAll);
    List<String> outputs = new ArrayList<>();
    for (Made end : List.copyOf(made)) {
      if (!read.contains(end.name()) && (!inputs.contains(end) || made.size() == inputs.size())) {
        boolean classes = outputs.size() % 2 == 0;
        outputs.add(layer(classes ? "classes" : "numbers", new OutputLayer.Builder(
            classes ? LossFunction.MCXENT : LossFunction.MSE).activation(classes ? Activation.SOFTMAX : Activation.TANH)
            .nOut(CLASSES).build(), end, end.vectors(CLASSES)).name());
      }
    }
    return built(batch, inputs, outputs);
  }

  /** @param picks of what was made, counted from the last */
  RandomGraph finish(int batch, List<Integer> picks) {
    List<Made> inputs = inputs();
    if (made.size() == inputs.size()) {
      // An input is no output.
      new LayerSteps.Drop(0).addTo(this);
    }
    List<String> outputs = picks.stream()
        .map(back -> find(back, one -> !inputs.contains(one)).orElseThrow().name()).distinct().toList();
    return built(batch, inputs, outputs);
  }

  private List<Made> inputs() {
    return made.stream().filter(one -> one.name().startsWith("in")).toList();
  }

  private RandomGraph built(int batch, List<Made> inputs, List<String> outputs) {
    graph.setOutputs(outputs.toArray(String[]::new));
    String text = format + ", batch " + batch + "\n  " + String.join("\n  ", lines) + "\n  outputs " + outputs;
    try {
      return new RandomGraph(graph.build(), format, batch, inputs, outputs, text);
    } catch (RuntimeException e) {
      throw new IllegalStateException("DL4J can't build " + text, e);
    }
  }
}
