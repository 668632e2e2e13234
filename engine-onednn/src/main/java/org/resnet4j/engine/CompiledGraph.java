package org.resnet4j.engine;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.lower.Lowering;
import org.resnet4j.engine.node.Fusion;
import org.resnet4j.engine.node.Interpreted;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Execution;
import org.resnet4j.engine.plan.Plan;
import org.resnet4j.engine.plan.Program;
import org.resnet4j.engine.plan.Snapshot;

/**
 * A network's inference as oneDNN primitives; any number of threads may call it at once.
 *
 * <p>It computes with the parameters that the network had when it was compiled or last refreshed. Native memory is
 * freed by {@link #close}, when the calls under way have ended.
 */
public final class CompiledGraph implements AutoCloseable {
  private final List<String> inputs;
  private final List<String> interpreted;
  private final Set<Constant> constants = new LinkedHashSet<>();
  private final Threads threads;
  private final Plans plans;
  /** Held while parameters are read, so that what is read last is what holds. */
  private final Object reading = new Object();
  private Snapshot snapshot;
  private boolean closed;

  CompiledGraph(ComputationGraph graph, List<String> outputs, EngineOptions options, memory.data_type type) {
    inputs = List.copyOf(graph.getConfiguration().getNetworkInputs());
    threads = new Threads(options.threads());
    Program program = Fusion.of(Lowering.of(graph, outputs));
    interpreted = program.nodes().stream().filter(Interpreted.class::isInstance).map(Interpreted.class::cast)
        .map(Interpreted::toString).toList();
    program.nodes().forEach(node -> constants.addAll(node.constants()));
    plans = new Plans(shapes -> plan(program, shapes, type));
    snapshot = capture();
  }

  @SuppressWarnings("try")
  private Plan plan(Program program, List<long[]> shapes, memory.data_type type) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return new Plan(program, shapes, type);
    } catch (EngineException.WrongInput e) {
      throw e.given(inputs, shapes);
    }
  }

  /**
   * The outputs, in order of the network's, as {@code ComputationGraph.output} gives them: arrays of their own in
   * float32. Of an example with a number that isn't finite they are NaN.
   *
   * @param inputs in order of the network's; of any layout in memory and any number type, as DL4J takes them
   * @throws EngineException.WrongInput if the network can't take them
   * @throws EngineException.Closed after {@link #close}
   */
  public INDArray[] output(INDArray... inputs) {
    Snapshot parameters = current();
    try {
      return output(parameters, null, inputs);
    } finally {
      parameters.release();
    }
  }

  private synchronized Snapshot current() {
    if (closed) {
      throw new EngineException.Closed();
    }
    snapshot.retain();
    return snapshot;
  }

  /**
   * @param parameters that the caller holds on to
   * @param workspace where the outputs are made; null for none
   */
  INDArray[] output(Snapshot parameters, MemoryWorkspace workspace, INDArray... given) {
    try (Inputs arrays = new Inputs(inputs, given)) {
      return threads.with(() -> compute(parameters, workspace, arrays));
    }
  }

  INDArray[] output(MemoryWorkspace workspace, INDArray... given) {
    Snapshot parameters = current();
    try {
      return output(parameters, workspace, given);
    } finally {
      parameters.release();
    }
  }

  @SuppressWarnings("try")
  private INDArray[] compute(Snapshot parameters, MemoryWorkspace workspace, Inputs arrays) {
    Plan plan = plans.take(arrays.shapes());
    try {
      Execution execution = plan.take();
      try {
        INDArray[] outputs = outputs(execution.outputShapes(), workspace);
        try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
          execution.run(parameters, arrays.pointers(), Arrays.stream(outputs).map(Inputs::pointer).toList());
        }
        arrays.broken().stream().forEach(example -> spoil(outputs, example));
        return outputs;
      } finally {
        plan.giveBack(execution);
      }
    } finally {
      plan.release();
    }
  }

  private static void spoil(INDArray[] outputs, int example) {
    for (INDArray output : outputs) {
      if (output.rank() > 0 && example < output.size(0)) {
        output.slice(example).assign(Float.NaN);
      }
    }
  }

  @SuppressWarnings("try")
  private static INDArray[] outputs(List<long[]> shapes, MemoryWorkspace workspace) {
    try (MemoryWorkspace place = workspace == null ? Nd4j.getMemoryManager().scopeOutOfWorkspaces()
        : workspace.notifyScopeBorrowed()) {
      return shapes.stream().map(shape -> Nd4j.createUninitialized(DataType.FLOAT, shape, 'c'))
          .toArray(INDArray[]::new);
    }
  }

  /** Takes the network's parameters as they are now; calls that began before end with the old ones. */
  public void refresh() {
    synchronized (reading) {
      adopt(capture());
    }
  }

  /** The parameters as they are now, for {@link #adopt} or to be retired by the caller. */
  Snapshot capture() {
    List<Plan> ready = plans.made();
    try {
      return threads.with(() -> new Snapshot(constants, ready));
    } finally {
      ready.forEach(Plan::release);
    }
  }

  /** Computes with these parameters from now on. */
  void adopt(Snapshot now) {
    Snapshot old;
    synchronized (this) {
      old = closed ? now : snapshot;
      snapshot = closed ? snapshot : now;
    }
    drop(old);
    if (old == now) {
      throw new EngineException.Closed();
    }
  }

  /** Retires a snapshot that {@link #capture} gave. */
  void drop(Snapshot old) {
    old.retire();
    plans.forget(old);
  }

  /**
   * Makes ready for inputs of these shapes, as the first call with such inputs would.
   *
   * @param shapes one for each of the network's inputs, in order
   * @throws EngineException.WrongInput if the network can't take such inputs
   */
  public void prepare(long[]... shapes) {
    Snapshot parameters = current();
    try {
      planned(shapes, plan -> {
        Execution execution = plan.take();
        execution.bind(parameters);
        plan.giveBack(execution);
        return plan;
      });
    } finally {
      parameters.release();
    }
  }

  /**
   * The kernels for inputs of these shapes, each as "vertex kind implementation".
   *
   * @param shapes one for each of the network's inputs, in order
   */
  public List<String> kernels(long[]... shapes) {
    return planned(shapes, Plan::kernels);
  }

  private <T> T planned(long[][] shapes, Function<Plan, T> work) {
    if (shapes.length != inputs.size()) {
      throw new EngineException.WrongInput("shapes", "one for each of the inputs " + inputs, shapes.length + "");
    }
    for (int i = 0; i < shapes.length; i++) {
      Inputs.check(inputs.get(i), shapes[i]);
    }
    return threads.with(() -> {
      Plan plan = plans.take(List.of(shapes));
      try {
        return work.apply(plan);
      } finally {
        plan.release();
      }
    });
  }

  /** The vertices that DL4J computes within this network, each in one line that says why. */
  public List<String> interpreted() {
    return interpreted;
  }

  /** Frees native memory, when the calls under way have ended; doing so again changes nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      plans.close();
      snapshot.retire();
    }
  }
}
