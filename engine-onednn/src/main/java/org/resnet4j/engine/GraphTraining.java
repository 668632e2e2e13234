package org.resnet4j.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.engine.lower.Lowering;
import org.resnet4j.engine.node.Fusion;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Execution;
import org.resnet4j.engine.plan.Pass;
import org.resnet4j.engine.plan.Plan;
import org.resnet4j.engine.plan.Program;
import org.resnet4j.engine.plan.Snapshot;
import org.resnet4j.engine.plan.Trained;

/**
 * A network's gradients and score: forward and backward pass as oneDNN primitives up to the output layers, which DL4J
 * computes itself with whatever loss they have. For one thread at a time.
 */
final class GraphTraining implements AutoCloseable {
  /** Batch sizes whose plans are kept; they share one block of memory. */
  private static final int PLANS = 4;

  private final ComputationGraph graph;
  private final memory.data_type type;
  private final Pass pass;
  private final Trained arrays;
  private final Program program;
  private final Set<Constant> frozenConstants = new LinkedHashSet<>();
  private final Map<List<List<Long>>, Plan> plans = new LinkedHashMap<>(PLANS, 0.75f, true);
  private final Map<Plan, Execution> executions = new LinkedHashMap<>();
  private final Gradient gradient;
  private final Finite finite;
  private Snapshot frozen;
  private Execution last;
  private boolean profiles;
  private BytePointer block = new BytePointer(0L);

  /** @param gradients as long as the network's parameters, whose gradients it takes */
  GraphTraining(ComputationGraph graph, INDArray gradients, EngineOptions options) {
    this.graph = graph;
    type = options.type();
    pass = options.recompute() ? Pass.TRAINING_WITH_RECOMPUTATION : Pass.TRAINING;
    arrays = new Trained(graph.params(), gradients);
    program = Fusion.training(Lowering.training(graph));
    program.nodes().forEach(node -> node.constants().stream().filter(constant -> !constant.isTrained())
        .forEach(frozenConstants::add));
    frozen = new Snapshot(frozenConstants, List.of());
    gradient = views(graph, gradients);
    finite = new Finite(graph, gradient);
  }

  /** The flat array and each trained parameter's view of it, as DL4J's own backward pass gives them. */
  private static Gradient views(ComputationGraph graph, INDArray flat) {
    Gradient gradient = new DefaultGradient(flat);
    INDArray vector = flat.reshape(flat.length());
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (vertex.hasLayer() && !(vertex.getLayer() instanceof FrozenLayer)
          && !(vertex.getLayer() instanceof FrozenLayerWithBackprop)) {
        vertex.paramTable(true).forEach((key, values) -> {
          long offset = values.offset() - graph.params().offset();
          INDArray part = vector.get(NDArrayIndex.interval(offset, offset + values.length()));
          gradient.setGradientFor(vertex.getVertexName() + "_" + key, part.reshape(values.ordering(), values.shape()),
              values.ordering());
        });
      }
    }
    return gradient;
  }

  Gradient gradient() {
    return gradient;
  }

  /**
   * Writes the gradients, summed over the batch: NaN where inputs or parameters hold numbers that aren't finite, or the
   * computation came to such.
   *
   * @return the score: the average loss, and the penalties on the parameters; NaN with such gradients
   */
  double run(INDArray[] inputs, INDArray[] labels, INDArray[] labelMasks) {
    List<INDArray> arrays = Arrays.stream(inputs).map(GraphTraining::lying).toList();
    Execution execution = execution(arrays.stream().map(INDArray::shape).toList());
    INDArray[] ends = execution.outputShapes().stream()
        .map(shape -> Nd4j.createUninitialized(DataType.FLOAT, shape, 'c')).toArray(INDArray[]::new);
    execution.seed(Nd4j.getRandom()::nextLong);
    execution.run(frozen, pointers(arrays), pointers(List.of(ends)));
    List<INDArray> gradients = new ArrayList<>();
    double penalty = graph.calcRegularizationScore(true);
    double score = 0;
    for (int i = 0; i < ends.length; i++) {
      LayerVertex vertex = (LayerVertex) graph.getVertex(graph.getConfiguration().getNetworkOutputs().get(i));
      LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
      vertex.setInput(0, ends[i], none);
      IOutputLayer layer = output(vertex);
      layer.setLabels(labels[i]);
      ((Layer) layer).setMaskArray(labelMasks == null ? null : labelMasks[i]);
      gradients.add(lying(vertex.doBackward(false, none).getSecond()[0]));
      score += layer.computeScore(i == 0 ? penalty : 0, true, none);
    }
    execution.backward(pointers(gradients));
    for (GraphVertex vertex : graph.getVertices()) {
      vertex.clear();
    }
    if (!finite.isStep(arrays)) {
      finite.spoil();
      return Double.NaN;
    }
    return score;
  }

  private static IOutputLayer output(LayerVertex vertex) {
    Layer layer = vertex.getLayer();
    return (IOutputLayer) (layer instanceof FrozenLayerWithBackprop frozen ? frozen.getInsideLayer() : layer);
  }

  /** Takes frozen parameters, which are read once, as they are now. */
  void refresh() {
    finite.changed();
    Snapshot old = frozen;
    frozen = new Snapshot(frozenConstants, List.copyOf(plans.values()));
    old.release();
  }

  private Execution execution(List<long[]> shapes) {
    List<List<Long>> key = shapes.stream().map(shape -> Arrays.stream(shape).boxed().toList()).toList();
    Plan plan = plans.get(key);
    if (plan == null) {
      plan = new Plan(program, shapes, type, pass);
      plans.put(key, plan);
      if (plans.size() > PLANS) {
        Plan oldest = plans.remove(plans.keySet().iterator().next());
        Execution idle = executions.remove(oldest);
        if (idle != null) {
          idle.close();
        }
        oldest.release();
      }
    }
    // Of a known plan, too: the block that it ran in goes when a larger one can't be had.
    if (plan.blockSize() > block.capacity()) {
      enlarge(plan.blockSize());
    }
    last = executions.computeIfAbsent(plan, one -> one.training(this.arrays, block));
    if (profiles && !last.isProfiled()) {
      last.profile();
    }
    return last;
  }

  private void enlarge(long size) {
    executions.values().forEach(Execution::close);
    executions.clear();
    block.close();
    block = new BytePointer(0L);
    try {
      block = new BytePointer(size);
    } catch (OutOfMemoryError e) {
      throw new EngineException.OutOfMemory(size, e);
    }
  }

  /** Bytes of a step's activations, gradients of activations and copies of parameters. */
  long memory(List<long[]> shapes) {
    Plan plan = new Plan(program, shapes, type, pass);
    plan.release();
    return plan.blockSize();
  }

  /** Measures the steps from now on. */
  void profile() {
    profiles = true;
  }

  /** Nanoseconds of each kind of work in the fastest runs of a step, of the batch size used last. */
  Map<String, Long> profiled() {
    return executions.isEmpty() ? Map.of() : last.profiled();
  }

  /** The array row by row in float32: itself if it is so, else a copy. */
  private static INDArray lying(INDArray array) {
    INDArray floats = array.castTo(DataType.FLOAT);
    return floats.ordering() == 'c' && Shape.hasDefaultStridesForShape(floats) ? floats : floats.dup('c');
  }

  private static List<FloatPointer> pointers(List<INDArray> arrays) {
    return arrays.stream().map(Inputs::pointer).toList();
  }

  @Override
  public void close() {
    executions.values().forEach(Execution::close);
    plans.values().forEach(Plan::release);
    frozen.release();
    block.close();
  }
}
