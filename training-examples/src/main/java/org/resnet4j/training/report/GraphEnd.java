package org.resnet4j.training.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.HeldLayer;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.Reshaping;

/**
 * What a graph does behind one of its vertices, up to the logits: a copy, in which norms keep to their running
 * statistics and nothing is dropped or frozen, so that its gradient is that of the graph in inference mode.
 */
final class GraphEnd {
  private final String vertex;
  private final ComputationGraph copy;

  private GraphEnd(String vertex, ComputationGraph copy) {
    this.vertex = vertex;
    this.copy = copy;
  }

  /** @param vertex one of the order's bottlenecks */
  static GraphEnd of(ComputationGraph graph, GraphOrder order, String vertex) {
    List<String> behind = order.behind(vertex);
    ComputationGraphConfiguration end = graph.getConfiguration().clone();
    Set<String> kept = new HashSet<>(behind);
    end.getVertices().keySet().retainAll(kept);
    end.getVertexInputs().keySet().retainAll(kept);
    end.setNetworkInputs(List.of(vertex));
    end.setNetworkOutputs(List.of(graph.getConfiguration().getNetworkOutputs().get(0)));
    // Cached orders name the removed vertices.
    end.setTopologicalOrder(null);
    end.setTopologicalOrderStr(null);
    end.getVertices().replaceAll((name, v) -> GraphOrder.bare(v));
    String logits = behind.isEmpty() ? null : logits(end);
    long parameters = 0;
    for (String name : behind) {
      if (end.getVertices().get(name) instanceof LayerVertex layerVertex) {
        Layer layer = GraphOrder.bare(layerVertex.getLayerConf().getLayer()).clone();
        replace(layerVertex, inference(name, layer, name.equals(logits)));
        parameters += graph.getLayer(name).numParams();
      }
    }
    ComputationGraph copy = new ComputationGraph(end);
    // Given parameters keep it from drawing random ones, for which it would seed ND4J's global generator.
    copy.init(parameters == 0 ? null : Nd4j.create(end.getDataType(), 1, parameters), false);
    for (String name : behind) {
      if (copy.getLayer(name) != null && copy.getLayer(name).numParams() > 0) {
        copy.getLayer(name).params().assign(graph.getLayer(name).params());
      }
    }
    if (parameters > 0) {
      copy.initGradientsView();
    }
    return new GraphEnd(vertex, copy);
  }

  /** The layer whose activation turns logits into probabilities; null if the output is logits. */
  private static String logits(ComputationGraphConfiguration end) {
    String name = end.getNetworkOutputs().get(0);
    while (end.getVertices().containsKey(name)) {
      org.deeplearning4j.nn.conf.graph.GraphVertex vertex = end.getVertices().get(name);
      if (vertex instanceof LayerVertex layerVertex) {
        Layer layer = GraphOrder.bare(layerVertex.getLayerConf().getLayer());
        IActivation activation = layer instanceof BaseLayer base ? base.getActivationFn()
            : layer instanceof ActivationLayer alone ? alone.getActivationFn()
            : layer instanceof LossLayer loss ? loss.getActivationFn() : null;
        if (activation instanceof ActivationSoftmax || activation instanceof AxisSoftmax
            || activation instanceof ActivationSigmoid) {
          return name;
        }
        if (!(activation instanceof ActivationIdentity) || layer.initializer().numParams(layer) > 0) {
          return null;
        }
      } else if (!(vertex instanceof Reshaping)) {
        return null;
      }
      name = end.getVertexInputs().get(name).get(0);
    }
    return null;
  }

  /** The layer as it computes in inference mode, without a loss, and if it is told so without its activation. */
  private static Layer inference(String name, Layer layer, boolean linear) {
    if (layer instanceof LossLayer loss) {
      return new PureActivation(linear ? new ActivationIdentity() : loss.getActivationFn());
    }
    if (layer instanceof DropoutLayer) {
      return new PureActivation(new ActivationIdentity());
    }
    layer.setIDropout(null);
    if (layer instanceof OutputLayer output) {
      layer = new DenseLayer.Builder().nIn(output.getNIn()).nOut(output.getNOut())
          .hasBias(output.hasBias()).activation(output.getActivationFn()).weightInit(output.getWeightInitFn())
          .updater(output.getIUpdater()).build();
    } else if (layer instanceof BaseOutputLayer) {
      throw new IllegalArgumentException("Layer \"" + name + "\": expected an OutputLayer or a LossLayer to end the"
          + " network, found " + layer.getClass().getSimpleName() + ".");
    }
    if (layer instanceof BatchNormalization norm) {
      if (norm.isUseLogStd() || norm.isLockGammaBeta()) {
        throw new IllegalArgumentException("Layer \"" + name + "\": expected a batch norm with gamma, beta and a"
            + " running variance, found one with useLogStd or lockGammaBeta.");
      }
      return new HeldLayer(norm);
    }
    if (linear && layer instanceof BaseLayer base) {
      base.setActivationFn(new ActivationIdentity());
    } else if (linear && layer instanceof ActivationLayer activation) {
      activation.setActivationFn(new ActivationIdentity());
    }
    return layer;
  }

  private static void replace(LayerVertex vertex, Layer layer) {
    NeuralNetConfiguration configuration = vertex.getLayerConf().clone();
    configuration.clearVariables();
    layer.setLayerName(configuration.getLayer().getLayerName());
    configuration.setLayer(layer);
    vertex.setLayerConf(configuration);
  }

  /** The vertex behind which this begins. */
  String vertex() {
    return vertex;
  }

  /**
   * The gradients of classes' logits with respect to the vertex's activation, of its shape.
   *
   * @param activation the vertex's for one image
   */
  List<INDArray> gradients(INDArray activation, int... labels) {
    GraphVertex[] vertices = copy.getVertices();
    INDArray[] outputs = new INDArray[vertices.length];
    copy.setInput(0, activation);
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    int last = copy.topologicalSortOrder()[vertices.length - 1];
    for (int index : copy.topologicalSortOrder()) {
      if (vertices[index].isInputVertex()) {
        outputs[index] = activation;
      } else {
        setInputs(vertices[index], outputs, none);
        outputs[index] = vertices[index].doForward(false, none).dup();
      }
    }
    INDArray logits = outputs[last];
    List<INDArray> gradients = new ArrayList<>();
    for (int label : labels) {
      if (label < 0 || label >= logits.length()) {
        throw new IllegalArgumentException("Expected a class from 0 to " + (logits.length() - 1) + ", found " + label
            + ".");
      }
      INDArray one = Nd4j.zeros(logits.dataType(), logits.shape());
      one.reshape(one.length()).putScalar(label, 1);
      gradients.add(backward(vertices, outputs, last, one, none));
    }
    for (GraphVertex v : vertices) {
      v.clear();
    }
    return gradients;
  }

  private INDArray backward(GraphVertex[] vertices, INDArray[] outputs, int last, INDArray epsilon,
      LayerWorkspaceMgr none) {
    Map<Integer, INDArray> epsilons = new HashMap<>(Map.of(last, epsilon));
    int[] order = copy.topologicalSortOrder();
    for (int i = order.length - 1; i >= 0; i--) {
      GraphVertex current = vertices[order[i]];
      if (current.isInputVertex()) {
        return epsilons.get(order[i]);
      }
      // A layer may have computed in place, or be about to.
      setInputs(current, outputs, none);
      current.setEpsilon(epsilons.get(order[i]).dup('c'));
      INDArray[] back = current.doBackward(false, none).getSecond();
      VertexIndices[] from = current.getInputVertices();
      for (int j = 0; j < from.length; j++) {
        epsilons.merge(from[j].getVertexIndex(), back[j].dup(), INDArray::add);
      }
    }
    throw new IllegalStateException("a graph has an input");
  }

  private static void setInputs(GraphVertex vertex, INDArray[] outputs, LayerWorkspaceMgr none) {
    VertexIndices[] from = vertex.getInputVertices();
    for (int j = 0; j < from.length; j++) {
      vertex.setInput(j, outputs[from[j].getVertexIndex()].dup(), none);
    }
  }
}
