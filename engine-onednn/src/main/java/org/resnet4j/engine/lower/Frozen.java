package org.resnet4j.engine.lower;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Program;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;

/** DL4J's ways to keep parameters as they are. */
enum Frozen {
  NOT,
  /** Gradients pass: {@code FrozenLayerWithBackprop}. */
  HELD,
  /** They don't: {@code FrozenLayer}, {@code FrozenVertex}. */
  CLOSED;

  /** @param layer the network's; null where the vertex has none */
  static Frozen of(GraphVertex vertex, org.deeplearning4j.nn.api.Layer layer) {
    // A layer can be frozen in a network whose configuration doesn't say so.
    if (vertex instanceof FrozenVertex || layer instanceof org.deeplearning4j.nn.layers.FrozenLayer) {
      return CLOSED;
    }
    return layer instanceof org.deeplearning4j.nn.layers.FrozenLayerWithBackprop ? HELD : NOT;
  }

  /** The layer inside those that only freeze it. */
  static Layer bare(Layer layer) {
    return layer instanceof FrozenLayer frozen ? bare(frozen.getLayer())
        : layer instanceof FrozenLayerWithBackprop held ? bare(held.getUnderlying()) : layer;
  }

  /** @throws Unsupported where DL4J's gradient isn't that of what it computes */
  static void check(String name, GraphVertex vertex) {
    if (vertex instanceof LayerVertex layer) {
      Layer held = layer.getLayerConf().getLayer();
      Layer bare = bare(held);
      if (held.getClass() == FrozenLayerWithBackprop.class && bare instanceof BatchNormalization
          && !(bare instanceof FrozenBatchNormalization)) {
        throw new Unsupported(name, "batch normalisation in FrozenLayerWithBackprop, whose gradient is that of batch "
            + "statistics (in HeldLayer it is that of the running ones)");
      } else if (Dropouts.drops(bare)) {
        throw new Unsupported(name, "dropout in a held layer, which DL4J has in gradients and not in activations");
      }
    }
  }

  /** @throws Unsupported if a node's parameters train, and no output's gradient comes to them */
  static void checkReached(Program program) {
    Set<Value> reached = new HashSet<>(program.outputs());
    List<Node> nodes = program.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (!reached.contains(node.output())) {
        if (node.constants().stream().anyMatch(Constant::isTrained)) {
          throw new Unsupported(node.name(), "parameters that no gradient comes to");
        }
      } else if (node.passesGradient()) {
        reached.addAll(node.inputs());
      }
    }
  }
}
