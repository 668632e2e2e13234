package org.resnet4j.modelexport.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Walks a {@code ComputationGraph} in order of computation. */
public final class GraphExport {
  /** Of ONNX 1.12, whose files every ONNX Runtime since 1.12 reads. */
  public static final int OPSET = 17;
  private static final int IR_VERSION = 8;

  private GraphExport() {}

  /**
   * @param shapes of the inputs, without the batch; -1 for any size
   * @throws org.resnet4j.modelexport.ExportException.UnsupportedLayer naming the vertex that can't go out
   */
  public static ModelProto model(ComputationGraph graph, Map<String, List<Long>> shapes) {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    Set<String> outputs = Set.copyOf(configuration.getNetworkOutputs());
    Set<String> reserved = new HashSet<>(outputs);
    reserved.addAll(configuration.getNetworkInputs());
    Draft draft = new Draft(reserved);
    Map<String, Value> values = new HashMap<>();
    for (String input : configuration.getNetworkInputs()) {
      List<Long> shape = new ArrayList<>(List.of(Value.ANY));
      shape.addAll(shapes.get(input));
      values.put(input, draft.input(input, shape));
    }
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      if (!values.containsKey(name)) {
        List<Value> inputs = configuration.getVertexInputs().get(name).stream().map(values::get).toList();
        Site site = new Site(draft, name, inputs, graph.getVertices()[index].getLayer(), outputs.contains(name));
        values.put(name, export(site, configuration.getVertices().get(name)));
      }
    }
    configuration.getNetworkOutputs().forEach(output -> draft.output(output, values.get(output)));
    return ModelProto.newBuilder().setIrVersion(IR_VERSION).setProducerName("ResNet4J")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET)).setGraph(draft.build("resnet4j")).build();
  }

  private static Value export(Site site, GraphVertex vertex) {
    if (vertex instanceof FrozenVertex frozen) {
      return export(site, frozen.getUnderlying());
    } else if (vertex instanceof LayerVertex layer) {
      Site prepared = layer.getPreProcessor() == null ? site
          : site.with(Vertices.preprocessed(site, layer.getPreProcessor()));
      return Layers.export(prepared, bare(layer.getLayerConf().getLayer()));
    }
    return Vertices.export(site, vertex);
  }

  /** The layer inside those that only freeze it. */
  public static Layer bare(Layer layer) {
    return layer instanceof FrozenLayer frozen ? bare(frozen.getLayer())
        : layer instanceof FrozenLayerWithBackprop held ? bare(held.getUnderlying()) : layer;
  }
}
