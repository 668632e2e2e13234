package org.resnet4j.engine.plan;

import java.util.List;

/** One step of a program. Nodes are immutable and know no sizes: those come with the inputs when a plan is made. */
public interface Node {
  /** What is computed from; a value may stand more than once. */
  List<Value> inputs();

  Value output();

  /** The vertex that this is for. */
  default String name() {
    return output().name();
  }

  /** The parameters that the node reads. */
  default List<Constant> constants() {
    return List.of();
  }

  /** Adds the primitives of inference. */
  void forward(Emitter emitter);

  /**
   * Adds the primitives of training's forward pass, and records those of the backward pass. It is asked for only where
   * the output's gradient is wanted.
   */
  void train(Emitter emitter, Tape tape);

  /** Whether there are faster kernels for channels that lie last than for channels in blocks. */
  default boolean prefersChannelsLast() {
    return false;
  }

  /** Whether the output's gradient gives gradients of the inputs. */
  default boolean passesGradient() {
    return true;
  }

  /** Whether the backward pass reads the output. */
  default boolean keepsOutput() {
    return true;
  }
}
