package org.resnet4j.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.lower.Lowering;
import org.resnet4j.engine.node.Fusion;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Execution;
import org.resnet4j.engine.plan.Plan;
import org.resnet4j.engine.plan.Program;
import org.resnet4j.engine.plan.Snapshot;

/**
 * A network's inference as oneDNN primitives; any number of threads may call it at once.
 *
 * <p>It computes with the parameters that the network had when it was compiled or last refreshed. Native memory is freed
 * by {@link #close}.
 */
public final class CompiledGraph implements AutoCloseable {
  /** Input shapes whose plans are kept; the one used longest ago goes. */
  private static final int PLANS = 8;

  private final Program program;
  private final memory.data_type type;
  private final EngineOptions options;
  private final Set<Constant> constants;
  private final Map<List<List<Long>>, Plan> plans = new LinkedHashMap<>(PLANS, 0.75f, true);
  private Snapshot snapshot;

  CompiledGraph(ComputationGraph graph, List<String> outputs, EngineOptions options, memory.data_type type) {
    this.options = options;
    this.type = type;
    program = Fusion.of(Lowering.of(graph, outputs));
    constants = constants(program);
    snapshot = new Snapshot(constants, List.of());
  }

  private static Set<Constant> constants(Program program) {
    Set<Constant> constants = new LinkedHashSet<>();
    program.nodes().forEach(node -> constants.addAll(node.constants()));
    return constants;
  }

  /** The outputs, in order of the network's, as {@code ComputationGraph.output} gives them. */
  public INDArray[] output(INDArray... inputs) {
    List<INDArray> arrays = new ArrayList<>();
    for (INDArray input : inputs) {
      arrays.add(lying(input));
    }
    Plan plan;
    Snapshot parameters;
    synchronized (this) {
      plan = plan(arrays.stream().map(INDArray::shape).toList());
      plan.retain();
      parameters = snapshot;
      parameters.retain();
    }
    try {
      Execution execution = plan.take();
      try {
        return run(execution, parameters, arrays);
      } finally {
        plan.giveBack(execution);
      }
    } finally {
      parameters.release();
      plan.release();
    }
  }

  private static INDArray[] run(Execution execution, Snapshot parameters, List<INDArray> inputs) {
    INDArray[] outputs;
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      outputs = execution.outputShapes().stream()
          .map(shape -> Nd4j.createUninitialized(DataType.FLOAT, shape, 'c')).toArray(INDArray[]::new);
    }
    execution.run(parameters, inputs.stream().map(CompiledGraph::pointer).toList(),
        Arrays.stream(outputs).map(CompiledGraph::pointer).toList());
    java.lang.ref.Reference.reachabilityFence(inputs);
    return outputs;
  }

  private static FloatPointer pointer(INDArray array) {
    return new FloatPointer(array.data().pointer());
  }

  /** The array row by row in float32, in a buffer that begins with it. */
  private static INDArray lying(INDArray array) {
    INDArray floats = array.castTo(DataType.FLOAT);
    return floats.isView() || floats.ordering() != 'c' || floats.elementWiseStride() != 1 ? floats.dup('c') : floats;
  }

  private Plan plan(List<long[]> shapes) {
    List<List<Long>> key = shapes.stream().map(shape -> Arrays.stream(shape).boxed().toList()).toList();
    Plan plan = plans.get(key);
    if (plan == null) {
      plan = new Plan(program, shapes, type);
      plans.put(key, plan);
      if (plans.size() > PLANS) {
        plans.remove(plans.keySet().iterator().next()).release();
      }
    }
    return plan;
  }

  /** Takes the network's parameters as they are now; calls that began before end with the old ones. */
  public synchronized void refresh() {
    Snapshot old = snapshot;
    snapshot = new Snapshot(constants, List.copyOf(plans.values()));
    old.release();
  }

  /** The kernels for inputs of these shapes, each as "vertex kind implementation". */
  public synchronized List<String> kernels(long[]... shapes) {
    return plan(List.of(shapes)).kernels();
  }

  @Override
  public synchronized void close() {
    plans.values().forEach(Plan::release);
    plans.clear();
    snapshot.release();
  }
}
