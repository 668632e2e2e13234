package org.resnet4j.engine.lower;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.EngineException;
import org.resnet4j.engine.node.Interpreted;

/**
 * One of DL4J's vertices by itself, with parameters of its own that each call sets. It isn't the network's, which
 * trains meanwhile; and since DL4J's vertices remember their inputs, it serves one call at a time.
 */
final class StandIn implements Interpreted.Interpreter {
  private static final WorkspaceConfiguration REUSED = WorkspaceConfiguration.builder()
      .policyLearning(LearningPolicy.FIRST_LOOP).policyReset(ResetPolicy.BLOCK_LEFT)
      .policySpill(SpillPolicy.REALLOCATE).policyAllocation(AllocationPolicy.OVERALLOCATE).build();

  private final String name;
  private final ComputationGraph surroundings;
  private final GraphVertex vertex;
  private final INDArray parameters;
  private final LayerWorkspaceMgr workspaces;

  /**
   * @param configuration of the network
   * @param length of the vertex's parameters
   * @throws EngineException.Unavailable for vertices that can't be copied, such as those of anonymous classes
   */
  @SuppressWarnings("try")
  StandIn(ComputationGraphConfiguration configuration, String name, long length) {
    this.name = name;
    // Never initialised: vertices ask it for the batch's size and the configuration.
    surroundings = new ComputationGraph(configuration);
    int inputs = configuration.getVertexInputs().get(name).size();
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      parameters = length == 0 ? null : Nd4j.zeros(DataType.FLOAT, length);
      org.deeplearning4j.nn.conf.graph.GraphVertex own = configuration.getVertices().get(name).clone();
      own.setDataType(DataType.FLOAT);
      vertex = own.instantiate(surroundings, name, 0, parameters, false, DataType.FLOAT);
    } catch (RuntimeException e) {
      throw new EngineException.Unavailable("Vertex " + name + " has no kernels in the oneDNN engine, and DL4J can't "
          + "make a second one for it (" + e.getMessage() + ").", e);
    }
    workspaces = workspaces(configuration.getInferenceWorkspaceMode());
    VertexIndices[] places = new VertexIndices[inputs];
    Arrays.setAll(places, i -> new VertexIndices(i, 0));
    vertex.setInputVertices(places);
  }

  /** As DL4J has them in inference: what a vertex makes on its way is gone after it, without the garbage collector. */
  private static LayerWorkspaceMgr workspaces(WorkspaceMode mode) {
    return mode == WorkspaceMode.NONE ? LayerWorkspaceMgr.noWorkspaces()
        : LayerWorkspaceMgr.builder()
            .with(ArrayType.INPUT, "STAND_IN_ACTIVATIONS", REUSED)
            .with(ArrayType.ACTIVATIONS, "STAND_IN_ACTIVATIONS", REUSED)
            .with(ArrayType.FF_WORKING_MEM, "STAND_IN_WORK", REUSED)
            .with(ArrayType.RNN_FF_LOOP_WORKING_MEM, "STAND_IN_LOOP", REUSED)
            .build();
  }

  @Override
  public synchronized long[] shape(List<long[]> shapes, List<long[]> network) {
    try {
      return forward(shapes, network, inputs -> inputs.forEach(input -> input.assign(0)), INDArray::shape);
    } catch (RuntimeException e) {
      throw new EngineException.WrongInput("vertex " + name + ", which DL4J computes", "inputs that DL4J takes",
          "shapes " + shapes.stream().map(Arrays::toString).toList() + " (" + e.getMessage() + ")", e);
    }
  }

  @Override
  public synchronized void run(List<FloatBuffer> arrays, List<long[]> shapes, List<long[]> network,
      FloatBuffer output) {
    if (parameters != null) {
      buffer(parameters).put(arrays.get(shapes.size()));
    }
    forward(shapes, network, inputs -> IntStream.range(0, inputs.size())
        .forEach(i -> buffer(inputs.get(i)).put(arrays.get(i))), result -> output.put(Parameters.floats(result)));
  }

  /** Calls the vertex with arrays of its own, for it may compute in place. */
  @SuppressWarnings("try")
  private <T> T forward(List<long[]> shapes, List<long[]> network, Consumer<List<INDArray>> filling,
      Function<INDArray, T> reading) {
    surroundings.setInputs(network.stream().map(StandIn::ofShape).toArray(INDArray[]::new));
    try (MemoryWorkspace activations = workspaces.notifyScopeEntered(ArrayType.ACTIVATIONS);
        MemoryWorkspace work = workspaces.notifyScopeEntered(ArrayType.FF_WORKING_MEM)) {
      List<INDArray> inputs = shapes.stream()
          .map(shape -> workspaces.createUninitialized(ArrayType.INPUT, DataType.FLOAT, shape, 'c')).toList();
      filling.accept(inputs);
      for (int i = 0; i < inputs.size(); i++) {
        vertex.setInput(i, inputs.get(i), workspaces);
      }
      T read = reading.apply(vertex.doForward(false, workspaces));
      inputs.stream().filter(INDArray::closeable).forEach(INDArray::close);
      return read;
    } finally {
      vertex.clear();
    }
  }

  /** An array of which nothing but the shape counts. */
  private static INDArray ofShape(long[] shape) {
    return Nd4j.create(Nd4j.createBuffer(new float[1]), shape, new long[shape.length], 0, 'c', DataType.FLOAT);
  }

  private static FloatBuffer buffer(INDArray array) {
    return new FloatPointer(array.data().pointer()).capacity(array.length()).asBuffer();
  }
}
