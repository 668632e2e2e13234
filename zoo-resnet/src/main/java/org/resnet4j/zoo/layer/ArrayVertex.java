package org.resnet4j.zoo.layer;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;

/**
 * A vertex without parameters: a function of its inputs and that function's gradient. Its output is an array of its
 * own, so no other vertex's output changes with it, in inference neither; it takes any batch size.
 *
 * <p>A subclass is immutable. Its fields are its JSON, and {@link #settings} what makes two equal.
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY, getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public abstract class ArrayVertex extends GraphVertex {
  private static final long serialVersionUID = 1;

  /** The output; it may be a view of an input. */
  protected abstract INDArray forward(INDArray[] inputs);

  /** The gradient of each input, of its shape, from the output's; each may be a view of the output's gradient. */
  protected abstract INDArray[] backward(INDArray[] inputs, INDArray gradient);

  /** The output's type, as far as DL4J has types: images and vectors. */
  protected abstract InputType outputType(InputType... inputs);

  /** All settings, comparable. */
  protected abstract Object settings();

  @Override
  public int minVertexInputs() {
    return 1;
  }

  @Override
  public int maxVertexInputs() {
    return 1;
  }

  @Override
  public final long numParams(boolean backprop) {
    return 0;
  }

  @Override
  public final InputType getOutputType(int layerIndex, InputType... inputs) throws InvalidInputTypeException {
    return outputType(inputs);
  }

  @Override
  public final MemoryReport getMemoryReport(InputType... inputs) {
    return new LayerMemoryReport.Builder(null, getClass(), inputs[0], outputType(inputs)).standardMemory(0, 0)
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS).build();
  }

  @Override
  public final org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(ComputationGraph graph, String name,
      int index, INDArray parameters, boolean initialize, DataType type) {
    return new Instance(this, graph, name, index, type);
  }

  @Override
  public final GraphVertex clone() {
    return this;
  }

  @Override
  public final boolean equals(Object other) {
    return other != null && getClass() == other.getClass() && settings().equals(((ArrayVertex) other).settings());
  }

  @Override
  public final int hashCode() {
    return settings().hashCode();
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + settings();
  }

  /** The type as an image's. */
  static InputTypeConvolutional image(InputType type) {
    if (type instanceof InputTypeConvolutional image) {
      return image;
    }
    throw new InvalidInputTypeException("Expected images, found " + type);
  }

  /** The vertex in a graph. (DL4J's own base class overrides a method of variable arity with an array.) */
  @SuppressWarnings("overrides")
  private static final class Instance extends BaseGraphVertex {
    private static final long serialVersionUID = 1;

    private final ArrayVertex vertex;

    Instance(ArrayVertex vertex, ComputationGraph graph, String name, int index, DataType type) {
      super(graph, name, index, null, null, type);
      this.vertex = vertex;
    }

    @Override
    public boolean hasLayer() {
      return false;
    }

    @Override
    public Layer getLayer() {
      return null;
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
      return workspaces.dup(ArrayType.ACTIVATIONS, vertex.forward(inputs), 'c');
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
      INDArray[] gradients = vertex.backward(inputs, epsilon);
      for (int i = 0; i < gradients.length; i++) {
        gradients[i] = workspaces.dup(ArrayType.ACTIVATION_GRAD, gradients[i], 'c');
      }
      return new Pair<>(null, gradients);
    }

    @Override
    public void setBackpropGradientsViewArray(INDArray gradients) {
      if (gradients != null) {
        throw new IllegalArgumentException("Vertex " + vertexName + " has no parameters");
      }
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArrays(INDArray[] masks, MaskState state, int batch) {
      return new Pair<>(masks == null || masks.length == 0 ? null : masks[0], state);
    }

    @Override
    public String toString() {
      return vertexName + ": " + vertex;
    }
  }
}
