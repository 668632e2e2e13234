package org.resnet4j.engine.plan;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** A plan's steps with memory of their own: what one call needs at a time. */
public final class Execution implements AutoCloseable {
  private final Natives natives = new Natives();
  private final Plan plan;
  private final BytePointer block;
  private final boolean ownsBlock;
  private final stream stream;
  private final Map<Integer, List<memory>> inputs = new HashMap<>();
  private final Map<Integer, List<memory>> outputs = new HashMap<>();
  private final List<Runnable> work = new ArrayList<>();
  private final List<Binding> parameters = new ArrayList<>();
  private final Trained trained;
  private Snapshot snapshot;
  private long[] times;
  private final Map<Integer, Long> seeds = new HashMap<>();

  /** Where a parameter goes when a snapshot comes. */
  private record Binding(Constant constant, memory.desc desc, Consumer<memory> place) {}

  @SuppressWarnings("try")
  Execution(Plan plan, Trained trained, BytePointer shared) {
    this.plan = plan;
    this.trained = trained;
    ownsBlock = shared == null;
    block = ownsBlock ? new BytePointer(plan.blockSize()) : shared;
    stream = new stream(Cpu.ENGINE);
    try (PointerScope scope = Natives.scope()) {
      for (Step step : plan.steps()) {
        work.add(prepared(step));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private Runnable prepared(Step step) {
    if (step instanceof Step.Kernel kernel) {
      return prepared(kernel);
    } else if (step instanceof Step.Clear clear) {
      memory memory = memory(clear.tensor());
      long size = clear.tensor().desc().get_size();
      return () -> Pointer.memset(memory.get_data_handle(), 0, size);
    }
    if (step instanceof Step.Retain retain) {
      memory memory = memory(retain.tensor());
      long length = retain.tensor().desc().get_size() / Float.BYTES;
      return () -> {
        stream._wait();
        retain(floats(memory, length), retain);
      };
    }
    return prepared((Step.Call) step);
  }

  private void retain(FloatBuffer factors, Step.Retain step) {
    SplittableRandom random = new SplittableRandom(seeds.get(step.number()));
    float kept = (float) (1 / step.probability());
    for (int i = 0; i < factors.limit(); i++) {
      factors.put(i, random.nextDouble() < step.probability() ? kept : 0);
    }
  }

  /** Decides the next pass's random numbers: each node that draws any is given one number, in order of computation. */
  public void seed(LongSupplier generator) {
    seeds.clear();
    for (Step step : plan.steps()) {
      // What is computed again in the backward pass draws the same.
      if (step instanceof Step.Retain retain) {
        seeds.computeIfAbsent(retain.number(), number -> generator.getAsLong());
      }
    }
  }

  private Runnable prepared(Step.Kernel kernel) {
    IntMemoryMap arguments = natives.keep(new IntMemoryMap());
    for (Step.Argument argument : kernel.arguments()) {
      memory.desc desc = argument.tensor().desc();
      if (argument.tensor().storage() instanceof Storage.Parameter parameter) {
        parameters.add(new Binding(parameter.constant(), desc, memory -> arguments.put(argument.role(), memory)));
      } else {
        arguments.put(argument.role(), memory(argument.tensor()));
      }
    }
    return () -> kernel.primitive().execute(stream, arguments);
  }

  private memory memory(Tensor tensor) {
    Pointer place = tensor.storage() instanceof Storage.Buffer buffer ? at(buffer)
        : tensor.storage() instanceof Storage.Master master ? trained.master(master.constant())
        : tensor.storage() instanceof Storage.Gradient gradient ? trained.gradient(gradient.constant())
        : block;
    memory memory = natives.keep(new memory(tensor.desc(), Cpu.ENGINE, place));
    if (tensor.storage() instanceof Storage.Input input) {
      inputs.computeIfAbsent(input.index(), index -> new ArrayList<>()).add(memory);
    } else if (tensor.storage() instanceof Storage.Output output) {
      outputs.computeIfAbsent(output.index(), index -> new ArrayList<>()).add(memory);
    }
    return memory;
  }

  private Pointer at(Storage.Buffer buffer) {
    long misaligned = block.address() % Plan.ALIGNMENT;
    return block.getPointer((misaligned == 0 ? 0 : Plan.ALIGNMENT - misaligned) + buffer.offset());
  }

  private Runnable prepared(Step.Call call) {
    memory[] from = new memory[call.inputs().size()];
    for (int i = 0; i < from.length; i++) {
      Tensor input = call.inputs().get(i);
      if (input.storage() instanceof Storage.Parameter parameter) {
        int index = i;
        parameters.add(new Binding(parameter.constant(), input.desc(), memory -> from[index] = memory));
      } else {
        from[i] = memory(input);
      }
    }
    memory to = memory(call.output());
    long[] lengths = call.inputs().stream().mapToLong(input -> input.desc().get_size() / Float.BYTES).toArray();
    long length = call.output().desc().get_size() / Float.BYTES;
    return () -> {
      stream._wait();
      List<FloatBuffer> arrays = new ArrayList<>();
      for (int i = 0; i < lengths.length; i++) {
        arrays.add(floats(from[i], lengths[i]));
      }
      call.work().run(arrays, floats(to, length));
    };
  }

  private static FloatBuffer floats(memory memory, long length) {
    return new BytePointer(memory.get_data_handle()).capacity(length * Float.BYTES).asByteBuffer()
        .order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** Computes the outputs, plain float32, from inputs of the same kind and of the plan's shapes. */
  public void run(Snapshot parameters, List<FloatPointer> from, List<FloatPointer> to) {
    bind(parameters);
    place(inputs, from, 0);
    place(outputs, to, 0);
    run(0, plan.forwardSteps());
  }

  /** The backward pass of what was run last, from the gradient of each output. */
  public void backward(List<FloatPointer> gradients) {
    place(inputs, gradients, plan.inputs());
    run(plan.forwardSteps(), work.size());
  }

  private void run(int from, int to) {
    for (int i = from; i < to; i++) {
      long start = times == null ? 0 : System.nanoTime();
      work.get(i).run();
      if (times != null) {
        stream._wait();
        times[i] = Math.min(times[i], System.nanoTime() - start);
      }
    }
    stream._wait();
  }

  /** Measures each step from now on, which makes passes a little slower. */
  public void profile() {
    times = new long[work.size()];
    Arrays.fill(times, Long.MAX_VALUE);
  }

  public boolean isProfiled() {
    return times != null;
  }

  /** Nanoseconds of each step's fastest run since {@link #profile}, by kind and by pass. */
  public Map<String, Long> profiled() {
    Map<String, Long> kinds = new TreeMap<>();
    for (int i = 0; i < times.length; i++) {
      String pass = i < plan.forwardSteps() ? " forward" : " backward";
      kinds.merge(plan.steps().get(i).kind() + pass, times[i], Long::sum);
    }
    return kinds;
  }

  /** Takes these parameters for the next run. */
  public void bind(Snapshot now) {
    if (now != snapshot) {
      parameters.forEach(binding -> binding.place.accept(now.memory(binding.constant, binding.desc)));
      snapshot = now;
    }
  }

  private static void place(Map<Integer, List<memory>> memories, List<FloatPointer> pointers, int first) {
    for (int i = 0; i < pointers.size(); i++) {
      for (memory memory : memories.getOrDefault(first + i, List.of())) {
        memory.set_data_handle(pointers.get(i));
      }
    }
  }

  /** Whose parameters it computed with last, and holds on to; null before the first run. */
  Snapshot snapshot() {
    return snapshot;
  }

  public List<long[]> outputShapes() {
    return plan.outputShapes();
  }

  @Override
  public void close() {
    natives.close();
    stream.close();
    if (ownsBlock) {
      block.close();
    }
  }
}
