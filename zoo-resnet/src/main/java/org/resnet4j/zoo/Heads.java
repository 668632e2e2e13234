package org.resnet4j.zoo;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.resnet4j.zoo.layer.FeatureOutput;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.KerasLoss;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.Reshaping;

/** Finds a graph's head, whoever built the graph, and gives it another number of classes. */
final class Heads {
  private static final String NEW_HEAD = "head";

  private final ComputationGraphConfiguration configuration;
  private final Map<String, GraphVertex> vertices;
  private final int classes;

  private Heads(ComputationGraphConfiguration configuration, int classes) {
    this.configuration = configuration;
    this.vertices = configuration.getVertices();
    this.classes = classes;
  }

  /** Changes the configuration, and gives the name of the layer that has to be initialised anew. */
  static String replace(ComputationGraphConfiguration configuration, int classes) {
    return new Heads(configuration, classes).replace();
  }

  /** The layer that tells classes apart; a graph that ends in features has its output instead. */
  static String find(ComputationGraphConfiguration configuration) {
    return new Heads(configuration, 0).find();
  }

  /** Changes the configuration of a graph whose only output is logits, and tells whether it did. */
  static boolean addProbabilities(ComputationGraphConfiguration configuration) {
    List<String> outputs = configuration.getNetworkOutputs();
    if (outputs.size() != 1 || !(configuration.getVertices().get(outputs.get(0)) instanceof LayerVertex vertex)) {
      return false;
    }
    Layer last = layer(vertex).clone();
    if (last instanceof BaseOutputLayer output && output.getActivationFn() instanceof ActivationIdentity) {
      Optional<Probabilities> given = Probabilities.of(output.getLossFn(), output.getNOut());
      given.ifPresent(probabilities -> {
        output.setActivationFn(probabilities.activation());
        output.setLossFn(probabilities.loss());
        ResNetTransfer.replaceLayer(vertex, output);
      });
      return given.isPresent();
    }
    if (last instanceof LossLayer loss && loss.getActivationFn() instanceof ActivationIdentity) {
      Optional<Probabilities> given = Probabilities.of(loss.getLossFn(), loss.getNOut());
      given.ifPresent(probabilities -> {
        loss.setActivationFn(probabilities.activation());
        loss.setLossFn(probabilities.loss());
        ResNetTransfer.replaceLayer(vertex, loss);
      });
      return given.isPresent();
    }
    return false;
  }

  /** Whether the graph's one output is a sigmoid's. */
  static boolean endsInSigmoid(ComputationGraphConfiguration configuration) {
    return configuration.getVertices().get(configuration.getNetworkOutputs().get(0)) instanceof LayerVertex vertex
        && (layer(vertex) instanceof BaseOutputLayer output && output.getActivationFn() instanceof ActivationSigmoid
        || layer(vertex) instanceof LossLayer loss && loss.getActivationFn() instanceof ActivationSigmoid);
  }

  /** What makes probabilities of logits, and the loss that it is made for. */
  private record Probabilities(IActivation activation, ILossFunction loss) {
    static Optional<Probabilities> of(ILossFunction loss, long outputs) {
      if (loss instanceof KerasLoss keras && keras.isLogits()) {
        KerasLoss same = new KerasLoss(keras.function(), false, keras.labelSmoothing());
        return Optional.of(new Probabilities(
            keras.function() == KerasLoss.Function.BINARY_CROSSENTROPY ? new ActivationSigmoid()
                : new ActivationSoftmax(), same));
      }
      return loss instanceof LossMSE && outputs > 1
          ? Optional.of(new Probabilities(new ActivationSoftmax(), new LossMCXENT())) : Optional.empty();
    }
  }

  private String find() {
    String output = configuration.getNetworkOutputs().get(0);
    return vertices.get(output) instanceof LayerVertex vertex && layer(vertex) instanceof LossLayer
        && !(layer(vertex) instanceof FeatureOutput) ? headBefore(output) : output;
  }

  private String replace() {
    List<String> outputs = configuration.getNetworkOutputs();
    if (outputs.size() != 1 || !(vertices.get(outputs.get(0)) instanceof LayerVertex vertex)) {
      throw none();
    }
    Layer last = layer(vertex);
    if (last instanceof FeatureOutput features) {
      return append(outputs.get(0), vertex, features);
    }
    if (last instanceof LossLayer loss) {
      return beforeLoss(vertex, loss);
    }
    if (last instanceof BaseOutputLayer output) {
      resize(vertex, output);
      if (!isOfClasses(output.getActivationFn(), output.getLossFn())) {
        output.setActivationFn(new ActivationSoftmax());
        output.setLossFn(new LossMCXENT());
      }
      return outputs.get(0);
    }
    if (last instanceof DenseLayer dense) {
      resize(vertex, dense);
      return outputs.get(0);
    }
    throw none();
  }

  private String beforeLoss(LayerVertex vertex, LossLayer loss) {
    String name = headBefore(configuration.getNetworkOutputs().get(0));
    LayerVertex head = (LayerVertex) vertices.get(name);
    resize(head, (FeedForwardLayer) layer(head));
    LossLayer own = (LossLayer) loss.clone();
    own.setNIn(classes);
    own.setNOut(classes);
    if (!isOfClasses(own.getActivationFn(), own.getLossFn())) {
      own.setActivationFn(new ActivationSoftmax());
      own.setLossFn(new LossMCXENT());
    }
    ResNetTransfer.replaceLayer(vertex, own);
    return name;
  }

  /** The last layer with parameters, if nothing behind it cares for the number of its outputs. */
  private String headBefore(String output) {
    String name = output;
    while (configuration.getVertexInputs().containsKey(name) && configuration.getVertexInputs().get(name).size() == 1) {
      name = configuration.getVertexInputs().get(name).get(0);
      GraphVertex vertex = vertices.get(name);
      vertex = vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex;
      if (vertex instanceof LayerVertex layerVertex) {
        Layer layer = layer(layerVertex);
        if (layer instanceof DenseLayer
            || layer instanceof ConvolutionLayer && !(layer instanceof GroupedConvolution)) {
          return name;
        }
        if (layer.initializer().numParams(layer) > 0) {
          break;
        }
      } else if (!(vertex instanceof Reshaping reshaping && reshaping.shape().contains(-1L))) {
        break;
      }
    }
    throw none();
  }

  private void resize(LayerVertex vertex, FeedForwardLayer layer) {
    ResNetTransfer.replaceLayer(vertex, layer);
    layer.setNOut(classes);
  }

  private static boolean isOfClasses(IActivation activation, ILossFunction loss) {
    return activation instanceof ActivationSoftmax || loss instanceof KerasLoss keras && keras.isLogits()
        && keras.function() == KerasLoss.Function.CATEGORICAL_CROSSENTROPY;
  }

  private String append(String name, LayerVertex vertex, FeatureOutput features) {
    if (features.getNOut() == 0) {
      throw new IllegalArgumentException("The graph ends in vertex \"" + name
          + "\", whose number of features depends on the image's size: pool it first.");
    }
    NeuralNetConfiguration like = vertex.getLayerConf();
    String input = name;
    if (features.getFormat() != null) {
      int[] pixels = features.getFormat() == CNN2DFormat.NHWC ? new int[] {1, 2} : new int[] {2, 3};
      input = add(NEW_HEAD + "_pool", like,
          new GlobalPoolingLayer.Builder(PoolingType.AVG).poolingDimensions(pixels).build(), name);
    }
    OutputLayer output = new OutputLayer.Builder(new LossMCXENT()).nIn(features.getNOut()).nOut(classes)
        .activation(new ActivationSoftmax()).weightInit(new WeightInitXavier()).updater(features.getIUpdater()).build();
    output.setBiasInit(0);
    String head = add(NEW_HEAD, like, output, input);
    // The features stay what they were, no longer the net's output.
    PureActivation same = new PureActivation(new ActivationIdentity());
    same.setLayerName(name);
    ResNetTransfer.replaceLayer(vertex, same);
    configuration.setNetworkOutputs(List.of(head));
    configuration.setTopologicalOrder(null);
    configuration.setTopologicalOrderStr(null);
    return head;
  }

  private String add(String wanted, NeuralNetConfiguration like, Layer layer, String input) {
    String name = wanted;
    for (int i = 2; vertices.containsKey(name) || configuration.getNetworkInputs().contains(name); i++) {
      name = wanted + i;
    }
    layer.setLayerName(name);
    LayerVertex vertex = new LayerVertex(like, null);
    ResNetTransfer.replaceLayer(vertex, layer);
    vertices.put(name, vertex);
    configuration.getVertexInputs().put(name, List.of(input));
    return name;
  }

  private static Layer layer(LayerVertex vertex) {
    return ResNetTransfer.bare(vertex.getLayerConf().getLayer());
  }

  private IllegalArgumentException none() {
    return new IllegalArgumentException("The graph has no head: no dense layer or "
        + "convolution that alone leads to its output; its outputs are " + configuration.getNetworkOutputs() + ".");
  }
}
