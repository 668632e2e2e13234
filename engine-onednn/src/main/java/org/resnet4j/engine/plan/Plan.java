package org.resnet4j.engine.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;

/** A program's steps for inputs of certain shapes. Any number of {@link Execution}s of it may run at once. */
public final class Plan extends Shared {
  /** Of a cache line, so that kernels' accesses are aligned. */
  static final long ALIGNMENT = 64;
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final Natives natives = new Natives();
  private final List<Step> steps;
  private final List<long[]> outputShapes = new ArrayList<>();
  private final long memory;
  private final int inputs;
  private final int forwardSteps;
  private final ConcurrentLinkedDeque<Execution> idle = new ConcurrentLinkedDeque<>();

  /**
   * @param shapes of the inputs
   * @throws org.resnet4j.engine.EngineException.WrongInput if a node can't take what comes to it
   */
  public Plan(Program program, List<long[]> shapes, memory.data_type type) {
    this(program, shapes, type, Pass.INFERENCE);
  }

  /**
   * @param pass whether the backward pass is planned as well
   */
  @SuppressWarnings("try")
  public Plan(Program program, List<long[]> shapes, memory.data_type type, Pass pass) {
    try (PointerScope scope = Natives.scope()) {
      Emitter emitter = new Emitter(program, type, natives, pass);
      emitter.emit(shapes);
      inputs = shapes.size();
      forwardSteps = emitter.steps().size();
      if (pass != Pass.INFERENCE) {
        emitter.emitBackward();
      }
      steps = List.copyOf(emitter.steps());
      program.outputs().forEach(output -> outputShapes.add(emitter.tensor(output).shape()));
      memory = arrange(emitter.buffers());
    } catch (RuntimeException | Error e) {
      natives.close();
      throw e;
    }
  }

  /** Gives buffers that are needed at different times the same place: the largest first, each as low as it fits. */
  private static long arrange(List<Storage.Buffer> buffers) {
    List<Storage.Buffer> placed = new ArrayList<>();
    long end = 0;
    for (Storage.Buffer buffer : buffers.stream().filter(Storage.Buffer::used)
        .sorted(Comparator.comparingLong(Storage.Buffer::size).reversed()).toList()) {
      long offset = 0;
      for (Storage.Buffer other : placed) {
        if (other.overlaps(buffer) && offset < other.offset() + other.size()
            && other.offset() < offset + buffer.size()) {
          offset = aligned(other.offset() + other.size());
        }
      }
      buffer.place(offset);
      placed.add(buffer);
      placed.sort(Comparator.comparingLong(Storage.Buffer::offset));
      end = Math.max(end, offset + buffer.size());
    }
    return aligned(end);
  }

  private static long aligned(long size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  List<Step> steps() {
    return steps;
  }

  int inputs() {
    return inputs;
  }

  int forwardSteps() {
    return forwardSteps;
  }

  /** Of activations and scratchpads, in bytes, for each execution at work. */
  public long memory() {
    return memory;
  }

  List<long[]> outputShapes() {
    return outputShapes;
  }

  /** Each kernel as "vertex kind implementation", in order. */
  public List<String> kernels() {
    return steps.stream().filter(Step.Kernel.class::isInstance).map(Step.Kernel.class::cast)
        .map(kernel -> kernel.node() + " " + kernel.kind() + " " + kernel.implementation()).toList();
  }

  /** Every parameter in the layouts that the steps read it in. */
  Map<Constant, List<memory.desc>> parameters() {
    Map<Constant, List<memory.desc>> layouts = new LinkedHashMap<>();
    for (Step step : steps) {
      for (Tensor input : step.inputs()) {
        if (input.storage() instanceof Storage.Parameter parameter) {
          layouts.computeIfAbsent(parameter.constant(), constant -> new ArrayList<>()).add(input.desc());
        }
      }
    }
    return layouts;
  }

  /** An execution for one call, which gives it back. */
  public Execution take() {
    Execution execution = idle.poll();
    return execution == null ? new Execution(this, null, null) : execution;
  }

  /**
   * An execution that trains, for one thread at a time; whoever asked closes it.
   *
   * @param block of at least {@link #blockSize}, which several executions may share that don't run at once
   */
  public Execution training(Trained arrays, BytePointer block) {
    return new Execution(this, arrays, block);
  }

  /** Bytes that an execution's block needs. */
  public long blockSize() {
    return memory + ALIGNMENT;
  }

  /** Takes an execution back, for the next call if there aren't more of them than could run at a time. */
  public void giveBack(Execution execution) {
    if (idle.size() >= PROCESSORS) {
      execution.close();
      return;
    }
    Snapshot last = execution.snapshot();
    idle.push(execution);
    if (last != null && last.retired()) {
      forget(last);
    }
  }

  /** Drops what keeps the parameters of a retired snapshot in memory. */
  public void forget(Snapshot retired) {
    for (Execution execution : idle) {
      if (execution.snapshot() == retired && idle.remove(execution)) {
        execution.close();
      }
    }
  }

  @Override
  protected void free() {
    for (Execution execution = idle.poll(); execution != null; execution = idle.poll()) {
      execution.close();
    }
    natives.close();
  }
}
