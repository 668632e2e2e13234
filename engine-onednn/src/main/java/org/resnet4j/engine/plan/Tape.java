package org.resnet4j.engine.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;

/**
 * Takes down the backward pass: while nodes emit their forward pass they record what is to be emitted for the gradient,
 * which happens in the opposite order. A value's gradient is the sum of what its readers give.
 */
public final class Tape {
  private final Emitter emitter;
  private final Set<Value> wanted;
  private Deque<Recorded> recorded = new ArrayDeque<>();
  private final Map<Value, Tensor> gradients = new HashMap<>();
  /** The node at work may read it until it is done. */
  private Tensor taken;

  private record Recorded(int position, Value output, Runnable backward) {}

  Tape(Emitter emitter, Program program) {
    this.emitter = emitter;
    wanted = program.wanted();
  }

  /** Whether anything that is trained lies before the value. */
  public boolean wants(Value value) {
    return wanted.contains(value);
  }

  /** Says that a value that a node makes for itself comes from another, whose gradient asks for this one's. */
  public void derive(Value inner, Value from) {
    if (wants(from)) {
      wanted.add(inner);
    }
  }

  /** What to emit once the gradient of the node's output is complete; nothing happens where no gradient arrives. */
  public void record(Value output, Runnable backward) {
    if (wants(output)) {
      recorded.push(new Recorded(emitter.position(), output, backward));
    }
  }

  /** Emits nodes without what they record. */
  void forgetting(Runnable emission) {
    Deque<Recorded> before = recorded;
    recorded = new ArrayDeque<>();
    emission.run();
    recorded = before;
  }

  /** Emits nodes, and then what they record. */
  void playing(Runnable emission) {
    Deque<Recorded> before = recorded;
    recorded = new ArrayDeque<>();
    emission.run();
    play();
    recorded = before;
  }

  void play() {
    for (Recorded one : recorded) {
      if (gradients.containsKey(one.output)) {
        emitter.enter(one.position);
        one.backward.run();
      }
    }
  }

  /** The gradient of a node's output, which is then the node's: nobody else asks for it under this name. */
  public Tensor take(Value output) {
    taken = gradients.remove(output);
    return taken;
  }

  /** Whether a gradient that was taken may be written over: no other value's gradient lies in the same place. */
  public boolean owns(Tensor gradient) {
    return gradients.values().stream().noneMatch(gradient::shares);
  }

  /** Adds to a value's gradient what the writer's primitive computes, in the layout given. */
  public void give(Value value, memory.desc desc, Consumer<Tensor> writer) {
    if (!wants(value)) {
      return;
    }
    Tensor part = emitter.allocate(desc);
    writer.accept(part);
    put(value, part);
  }

  /** What a value's gradient is so far, for a primitive to add to in place; null where there is none that it may. */
  public Tensor soFar(Value value, memory.desc desc) {
    Tensor before = gradients.remove(value);
    if (before == null) {
      return null;
    }
    boolean possible = before.desc().equals(desc) && free(before);
    gradients.put(value, before);
    return possible ? before : null;
  }

  /** Adds to a value's gradient a tensor that nobody else has. */
  public void put(Value value, Tensor part) {
    if (wants(value)) {
      Tensor before = gradients.remove(value);
      gradients.put(value, before == null ? part : sum(before, part, true));
    }
  }

  /** Adds one tensor to the gradients of several values. */
  public void share(List<Value> values, Tensor part) {
    for (Value value : values) {
      if (wants(value)) {
        Tensor before = gradients.remove(value);
        gradients.put(value, before == null ? part : sum(before, part, false));
      }
    }
  }

  private Tensor sum(Tensor a, Tensor b, boolean overBoth) {
    Tensor second = emitter.in(b, a.desc());
    binary.primitive_desc description = new binary.primitive_desc(Cpu.ENGINE, algorithm.binary_add, a.desc(),
        second.desc(), a.desc(), emitter.attributes(), false);
    Tensor target = free(a) && !a.shares(b) ? a : overBoth && free(second) ? second : emitter.allocate(a.desc());
    emitter.run(description, new binary(description),
        Map.of(DNNL_ARG_SRC_0, a, DNNL_ARG_SRC_1, second, DNNL_ARG_DST, target));
    return target;
  }

  private boolean free(Tensor gradient) {
    return owns(gradient) && (taken == null || !taken.shares(gradient));
  }

  /**
   * A parameter's gradient, in the layout in which the primitive gives it.
   *
   * @param desc float32, of the shape that the node gives the parameter
   */
  public void parameter(Constant constant, memory.desc desc, Consumer<Tensor> writer) {
    if (!constant.isTrained()) {
      // The primitive gives it all the same.
      writer.accept(emitter.allocate(desc));
      return;
    }
    Tensor target = emitter.gradient(constant, Descs.shape(desc));
    if (target.desc().equals(desc)) {
      writer.accept(target);
    } else {
      Tensor packed = emitter.allocate(desc);
      writer.accept(packed);
      emitter.copy(packed, target);
    }
  }

  /**
   * Gradients of parameters that one primitive gives, each in its layout.
   *
   * @param second null where there is none, which the writer is given for its place then
   */
  public void parameters(Constant first, memory.desc firstDesc, Constant second, memory.desc secondDesc,
      BiConsumer<Tensor, Tensor> writer) {
    parameter(first, firstDesc, one -> {
      if (second == null) {
        writer.accept(one, null);
      } else {
        parameter(second, secondDesc, other -> writer.accept(one, other));
      }
    });
  }

  /** What the backward pass begins with. */
  void begin(Value output, Tensor gradient) {
    put(output, gradient);
  }
}
