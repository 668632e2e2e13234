package org.resnet4j.modelimport.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.model.Compilation;
import org.resnet4j.modelimport.model.Input;
import org.resnet4j.modelimport.model.KerasModel;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Node;
import org.resnet4j.modelimport.model.Regularization;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.weights.LayerWeights;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.layer.HeldLayer;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.PureActivation;

/**
 * Builds a Keras model as DL4J's {@code ComputationGraph}: a vertex, or a few, for each call of a layer. Arrays lie as
 * in Keras; nothing is converted on the way, so any image size works that the model takes.
 *
 * <p>Parameters begin as zeros, and each tensor is read and copied into its place in turn: the peak is the net's
 * parameters and the largest tensor, twice.
 */
public final class KerasGraph {
  private final KerasModel model;
  private final LayerWeights weights;
  private final DataType type;
  private final Optional<CNN2DFormat> inputLayout;
  private final List<String> notes = new ArrayList<>();
  private final Map<String, Shape> shapes = new HashMap<>();
  /** The vertices of the names that nodes use. */
  private final Map<String, String> vertices = new HashMap<>();
  private final Map<String, Layer> layers = new HashMap<>();

  private KerasGraph(KerasModel model, LayerWeights weights, DataType type,
      Optional<CNN2DFormat> inputLayout) {
    this.model = model;
    this.weights = weights;
    this.type = type;
    this.inputLayout = inputLayout;
  }

  /**
   * @param weights whose tensors have the shapes that the model's layers say
   * @param type {@code FLOAT} or {@code DOUBLE}
   * @param inputLayout how images are to be given to the net; empty: as Keras's model takes them
   * @throws ModelImportException if a layer can't be built, or a tensor not be read
   */
  public static BuiltGraph build(KerasModel model, LayerWeights weights, DataType type,
      Optional<CNN2DFormat> inputLayout) {
    return new KerasGraph(model, weights, type, inputLayout).build();
  }

  private BuiltGraph build() {
    collect(model.root());
    NeuralNetConfiguration.Builder global = new NeuralNetConfiguration.Builder().dataType(type).updater(updater())
        .activation(new ActivationIdentity());
    ComputationGraphConfiguration.GraphBuilder graph = global.graphBuilder().validateOutputLayerConfig(false);
    Set<String> names = new HashSet<>();
    model.inputs().forEach(input -> names.add(input.name()));
    model.nodes().forEach(node -> names.add(node.name()));
    boolean freezes = model.nodes().stream()
        .anyMatch(node -> !node.trainable() && !layer(node).weights().isEmpty());
    Draft draft = new Draft(graph, names, freezes);
    model.inputs().forEach(input -> addInput(draft, graph, input));

    Operations operations = new Operations(weights);
    Endings endings = new Endings(model.compilation().flatMap(Compilation::loss), notes, operations::build);
    Set<String> consumed = new HashSet<>();
    model.nodes().forEach(node -> consumed.addAll(node.inputs()));
    Set<String> wanted = Set.copyOf(model.outputs());
    Map<String, Step> steps = new HashMap<>();
    for (Node node : model.nodes()) {
      Step step = new Step(draft, node, layer(node),
          node.inputs().stream().map(vertices::get).toList(), node.inputs().stream().map(shapes::get).toList(),
          node.name());
      steps.put(node.name(), step);
      shapes.put(node.name(), node.shape());
      vertices.put(node.name(), node.name());
      if (wanted.contains(node.name()) && !consumed.contains(node.name())) {
        endings.end(step);
      } else {
        operations.build(step, node.operation());
      }
    }
    List<String> outputs = new ArrayList<>();
    for (String name : model.outputs()) {
      outputs.add(output(draft, endings, steps.get(name), name, consumed, outputs));
    }
    ComputationGraph net = initialize(graph.setOutputs(outputs.toArray(String[]::new)).build(), draft);
    copy(net, draft);
    noteSharedLayers();
    return new BuiltGraph(net, mappings(net, draft), notes);
  }

  /** By path; without recursion, since files nest models as deep as they like. */
  private void collect(Layer root) {
    Deque<Layer> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      Layer layer = open.pop();
      layers.put(layer.path(), layer);
      open.addAll(layer.children());
    }
  }

  private Layer layer(Node node) {
    Layer layer = layers.get(node.layer());
    if (layer == null) {
      throw new ModelImportException.InvalidConfiguration("layer " + ModelImportException.quote(node.name()),
          "a layer with the path " + ModelImportException.quote(node.layer()), "none");
    }
    return layer;
  }

  private IUpdater updater() {
    return model.compilation().flatMap(Compilation::optimizer).map(optimizer -> Updaters.of(optimizer, notes))
        .orElseGet(Updaters::standard);
  }

  private void addInput(Draft draft, ComputationGraphConfiguration.GraphBuilder graph, Input input) {
    graph.addInputs(input.name());
    draft.settle(input.name());
    shapes.put(input.name(), input.shape());
    vertices.put(input.name(), input.name());
    if (inputLayout.isEmpty() || input.shape().rank() != 3) {
      return;
    }
    CNN2DFormat own = Step.layout(Formats.behind(model, input.name()));
    if (own != inputLayout.get()) {
      vertices.put(input.name(), draft.vertex(null, draft.fresh(input.name(), own.name().toLowerCase()),
          Permutation.to(own), List.of(input.name())));
    }
  }

  /** The vertex that gives an output: the node's, or one of its own where others read the node too. */
  private String output(Draft draft, Endings endings, Step step, String name, Set<String> consumed,
      List<String> others) {
    if (step == null) {
      return draft.output(null, draft.fresh(name, "output"), new PureActivation(new ActivationIdentity()),
          vertices.get(name));
    }
    if (!consumed.contains(name) && !others.contains(name)) {
      return name;
    }
    String output = draft.fresh(name, "output");
    endings.addFeatures(step, name, output);
    return output;
  }

  private ComputationGraph initialize(ComputationGraphConfiguration configuration, Draft draft) {
    double decay = model.compilation().flatMap(Compilation::optimizer).map(Updaters::weightDecay).orElse(0.0);
    configuration.getVertices().forEach((name, vertex) -> finish(name, vertex, draft, decay));
    LayerHelpers.enable();
    long parameters = configuration.getVertices().values().stream().mapToLong(vertex -> vertex.numParams(true)).sum();
    ComputationGraph net = new ComputationGraph(configuration);
    net.init(parameters == 0 ? null : Nd4j.zeros(type, 1, parameters), false);
    return net;
  }

  private static void finish(String name, GraphVertex vertex, Draft draft, double decay) {
    if (!(vertex instanceof LayerVertex layerVertex)) {
      return;
    }
    org.deeplearning4j.nn.conf.layers.Layer layer = bare(layerVertex.getLayerConf().getLayer());
    if (layer instanceof BatchNormalization) {
      // DL4J's JSON reader takes a norm whose variables have no names yet for one that keeps logarithms.
      layer.initializer().paramKeys(layer).forEach(layerVertex.getLayerConf()::addVariable);
    }
    Draft.Penalties penalties = draft.penalties.get(name);
    if (penalties != null && layer instanceof BaseLayer trained) {
      // Here, since M2.1's NeuralNetConfiguration.Builder gives them to each layer twice.
      trained.setRegularization(regularization(penalties.weights(), decay));
      trained.setRegularizationBias(regularization(penalties.bias(), decay));
    }
  }

  private static org.deeplearning4j.nn.conf.layers.Layer bare(org.deeplearning4j.nn.conf.layers.Layer layer) {
    return layer instanceof FrozenLayer frozen ? frozen.getLayer()
        : layer instanceof HeldLayer held ? held.getUnderlying() : layer;
  }

  private static List<org.nd4j.linalg.learning.regularization.Regularization> regularization(Regularization penalty,
      double decay) {
    List<org.nd4j.linalg.learning.regularization.Regularization> list = new ArrayList<>();
    if (penalty.l1() != 0) {
      list.add(new L1Regularization(penalty.l1()));
    }
    if (penalty.l2() != 0) {
      // DL4J's l2 is half of Keras'.
      list.add(new L2Regularization(2 * penalty.l2()));
    }
    if (decay != 0) {
      list.add(new WeightDecay(decay, true));
    }
    return list;
  }

  private void copy(ComputationGraph net, Draft draft) {
    for (Draft.Placement placement : draft.placements) {
      INDArray view = net.getLayer(placement.vertex()).getParam(placement.parameter());
      if (placement.layer() == null) {
        view.assign(placement.constant());
        continue;
      }
      INDArray tensor = weights.read(placement.layer(), placement.tensor(), type);
      INDArray value = placement.form().apply(tensor);
      // INDArray.assign doesn't look at lengths.
      if (!Arrays.equals(view.shape(), value.shape())
          && !(value.rank() <= 1 && view.length() == value.length())) {
        throw new ModelImportException.ShapeDiffers("layer " + ModelImportException.quote(placement.layer()),
            "tensor %d to become %s".formatted(placement.tensor(), Arrays.toString(view.shape())),
            Arrays.toString(value.shape()));
      }
      view.assign(value.rank() <= 1 ? value.reshape(view.shape()) : value);
      if (tensor.closeable()) {
        tensor.close();
      }
    }
  }

  private void noteSharedLayers() {
    Set<String> seen = new HashSet<>();
    Set<String> shared = new LinkedHashSet<>();
    for (Node node : model.nodes()) {
      if (!seen.add(node.layer()) && layer(node).weights().stream().anyMatch(w -> w.trainable())) {
        shared.add(node.layer());
      }
    }
    for (String layer : shared) {
      notes.add("Layer " + ModelImportException.quote(layer) + " is called several times: each call has its own copy of"
          + " the weights, and training changes each on its own.");
    }
  }

  private List<LayerMapping> mappings(ComputationGraph net, Draft draft) {
    return model.nodes().stream().map(node -> {
      List<String> made = draft.vertices(node);
      long parameters = 0;
      String main = made.get(made.size() - 1);
      for (String name : made) {
        long own = net.getVertex(name).numParams();
        parameters += own;
        main = own > 0 && net.getVertex(main).numParams() == 0 ? name : main;
      }
      return new LayerMapping(node.layer(), node.className(), made, draft.className(main), node.shape(), parameters);
    }).toList();
  }
}
