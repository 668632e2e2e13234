package org.resnet4j.engine;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.lower.Lowering;
import org.resnet4j.engine.node.Fusion;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Execution;
import org.resnet4j.engine.plan.Plan;
import org.resnet4j.engine.plan.Program;
import org.resnet4j.engine.plan.Snapshot;
import org.resnet4j.engine.plan.Trained;

/** A network's training passes as oneDNN primitives. */
final class Training implements AutoCloseable {
  private final Program program;
  private final Snapshot frozen;
  private final memory.data_type type;
  private final Trained arrays;
  private Plan plan;
  private Execution execution;
  private List<Long> shape;

  Training(ComputationGraph graph, Trained arrays, memory.data_type type) {
    this.arrays = arrays;
    this.type = type;
    program = Fusion.training(Lowering.training(graph));
    Set<Constant> constants = new LinkedHashSet<>();
    program.nodes().forEach(node -> node.constants().stream().filter(constant -> !constant.isTrained())
        .forEach(constants::add));
    frozen = new Snapshot(constants, List.of());
  }

  INDArray[] forward(INDArray... inputs) {
    List<Long> now = java.util.Arrays.stream(inputs).flatMapToLong(x -> java.util.Arrays.stream(x.shape())).boxed().toList();
    if (!now.equals(shape)) {
      closePlan();
      plan = new Plan(program, java.util.Arrays.stream(inputs).map(INDArray::shape).toList(), type, true);
      execution = plan.training(arrays);
      shape = now;
    }
    INDArray[] outputs = execution.outputShapes().stream()
        .map(size -> Nd4j.createUninitialized(DataType.FLOAT, size, 'c')).toArray(INDArray[]::new);
    execution.run(frozen, pointers(inputs), pointers(outputs));
    return outputs;
  }

  void backward(INDArray... gradients) {
    execution.backward(pointers(gradients));
  }

  private static List<FloatPointer> pointers(INDArray... arrays) {
    return java.util.Arrays.stream(arrays).map(array -> new FloatPointer(array.data().pointer())).toList();
  }

  List<String> kernels() {
    return plan.kernels();
  }

  long memory() {
    return plan.memory();
  }

  private void closePlan() {
    if (plan != null) {
      execution.close();
      plan.release();
    }
  }

  @Override
  public void close() {
    closePlan();
    frozen.release();
  }
}
