package org.resnet4j.engine.node;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * What no kernel computes: a vertex as DL4J computes it, on plain float32 arrays.
 *
 * @param parameters of the vertex, as DL4J flattens them; null where it has none
 * @param kind of the vertex or layer
 * @param reason what there are no kernels for
 */
public record Interpreted(List<Value> inputs, Value output, Constant parameters, Interpreter interpreter, String kind,
    String reason) implements Node {
  /** Computes the vertex; any number of threads may call it. */
  public interface Interpreter {
    /**
     * The output's shape.
     *
     * @param shapes of the vertex's inputs
     * @param network shapes of the network's inputs
     * @throws org.resnet4j.engine.EngineException.WrongInput if the vertex can't take such inputs
     */
    long[] shape(List<long[]> shapes, List<long[]> network);

    /**
     * Fills the output.
     *
     * @param arrays the vertex's inputs, and its parameters behind them where it has any
     * @param shapes of the vertex's inputs
     * @param network shapes of the network's inputs
     */
    void run(List<FloatBuffer> arrays, List<long[]> shapes, List<long[]> network, FloatBuffer output);
  }

  public Interpreted {
    inputs = List.copyOf(inputs);
  }

  @Override
  public List<Constant> constants() {
    return parameters == null ? List.of() : List.of(parameters);
  }

  @Override
  public void forward(Emitter emitter) {
    List<Tensor> arrays = new ArrayList<>();
    for (Value input : inputs) {
      Tensor x = emitter.tensor(input);
      arrays.add(emitter.in(x, Descs.plain(x.shape(), Emitter.f32())));
    }
    List<long[]> shapes = arrays.stream().map(Tensor::shape).toList();
    List<long[]> network = emitter.inputShapes();
    long[] shape = interpreter.shape(shapes, network);
    if (parameters != null) {
      arrays.add(emitter.constant(parameters, Descs.plain(new long[] {parameters.length()}, Emitter.f32())));
    }
    Tensor y = emitter.allocate(Descs.plain(shape, Emitter.f32()));
    emitter.call(arrays, y, (from, to) -> interpreter.run(from, shapes, network, to));
    emitter.give(output, emitter.type(output) == Emitter.f32() ? y : emitter.in(y, emitter.dense(shape)));
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    throw new IllegalStateException("vertex " + emitter.node() + ": DL4J's vertices train in DL4J's networks");
  }

  /** In one line. */
  @Override
  public String toString() {
    return "vertex %s (%s) runs on DL4J: the engine has no kernels for %s".formatted(output.name(), kind, reason);
  }
}
