package org.resnet4j.engine.plan;

import java.util.List;
import org.bytedeco.dnnl.primitive;

/** What an execution does in order. */
sealed interface Step {
  /** The node that it is for. */
  String node();

  /** What it does, in a word. */
  String kind();

  /** What it reads, a kernel's outputs with them. */
  List<Tensor> inputs();

  /** A tensor in its role, one of oneDNN's DNNL_ARG constants. */
  record Argument(int role, Tensor tensor) {}

  /**
   * A primitive.
   *
   * @param implementation as oneDNN names it
   */
  record Kernel(String node, String kind, String implementation, primitive primitive, List<Argument> arguments)
      implements Step {
    @Override
    public List<Tensor> inputs() {
      return arguments.stream().map(Argument::tensor).toList();
    }
  }

  /** Fills with zeros. */
  record Clear(String node, Tensor tensor) implements Step {
    @Override
    public String kind() {
      return "clear";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of();
    }
  }

  /**
   * Fills, each time anew, with zeros and, with the probability given, its inverse.
   *
   * @param number of the step among those of its kind, so that each draws numbers of its own
   */
  record Retain(String node, Tensor tensor, double probability, int number) implements Step {
    @Override
    public String kind() {
      return "random";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of();
    }
  }

  /** Work in Java on tensors of plain float32 layout. */
  record Call(String node, List<Tensor> inputs, Tensor output, Work work) implements Step {
    @Override
    public String kind() {
      return "java";
    }
  }

  /** Fills the output from the inputs. */
  @FunctionalInterface
  interface Work {
    void run(List<java.nio.FloatBuffer> inputs, java.nio.FloatBuffer output);
  }
}
