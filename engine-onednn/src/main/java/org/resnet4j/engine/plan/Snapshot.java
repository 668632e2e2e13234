package org.resnet4j.engine.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * The parameters as they were at one moment, in the layouts that plans want. The numbers are kept once: in the first
 * layout that was asked for, from which others are made.
 */
public final class Snapshot extends Shared {
  private final Natives natives = new Natives();
  private final Map<Constant, List<memory>> layouts = new HashMap<>();
  private volatile boolean retired;

  /**
   * @param constants all of the program's
   * @param plans whose layouts are made at once
   */
  @SuppressWarnings("try")
  public Snapshot(Iterable<Constant> constants, List<Plan> plans) {
    try (PointerScope scope = Natives.scope()) {
      Map<Constant, List<memory.desc>> wanted = new HashMap<>();
      plans.forEach(plan -> plan.parameters().forEach((constant, descs) ->
          wanted.computeIfAbsent(constant, unused -> new ArrayList<>()).addAll(descs)));
      for (Constant constant : constants) {
        capture(constant, wanted.getOrDefault(constant, List.of()));
      }
    } catch (RuntimeException | Error e) {
      natives.close();
      throw e;
    }
  }

  @SuppressWarnings("try")
  private void capture(Constant constant, List<memory.desc> wanted) {
    try (PointerScope scope = Natives.scope(); FloatPointer values = new FloatPointer(constant.values())) {
      long[] shape = wanted.isEmpty() ? new long[] {constant.length()} : Descs.shape(wanted.get(0));
      memory plain = new memory(Descs.plain(shape, memory.data_type.f32), Cpu.ENGINE, values);
      memory.desc first = wanted.isEmpty() ? plain.get_desc() : wanted.get(0);
      memory kept = natives.keep(new memory(first, Cpu.ENGINE));
      copy(plain, kept);
      layouts.put(constant, new ArrayList<>(List.of(kept)));
    }
    wanted.forEach(desc -> memory(constant, desc));
  }

  /** A parameter in a layout. */
  @SuppressWarnings("try")
  synchronized memory memory(Constant constant, memory.desc desc) {
    List<memory> made = layouts.get(constant);
    for (memory one : made) {
      if (one.get_desc().equals(desc)) {
        return one;
      }
    }
    try (PointerScope scope = Natives.scope()) {
      memory first = made.get(0);
      memory source = first.get_desc().get_ndims() == desc.get_ndims() ? first
          : new memory(Descs.plain(Descs.shape(desc), memory.data_type.f32), Cpu.ENGINE, first.get_data_handle());
      memory kept = natives.keep(new memory(desc, Cpu.ENGINE));
      copy(source, kept);
      made.add(kept);
      return kept;
    }
  }

  private static void copy(memory from, memory to) {
    reorder reorder = new reorder(from, to);
    IntMemoryMap arguments = new IntMemoryMap();
    arguments.put(DNNL_ARG_SRC, from);
    arguments.put(DNNL_ARG_DST, to);
    try (stream stream = new stream(Cpu.ENGINE)) {
      reorder.execute(stream, arguments);
      stream._wait();
    }
  }

  /** Lets go of what its maker holds: there are newer parameters. Calls that use it end with it. */
  public void retire() {
    retired = true;
    release();
  }

  boolean retired() {
    return retired;
  }

  @Override
  protected void free() {
    natives.close();
  }
}
