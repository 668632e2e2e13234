package org.resnet4j.engine.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.javacpp.LongPointer;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tensor;

/**
 * Orders of numbers in memory, and the choice among them: oneDNN has no optimised kernel for every one, and a copy to a
 * layout that has one costs less than the plain loops that stand in.
 */
final class Layouts {
  private Layouts() {}

  /** Whether channels lie in blocks, not by strides alone. */
  static boolean blocked(memory.desc desc) {
    return desc.get_inner_nblks() > 0;
  }

  /** The layout of one array for another of as many axes: the same blocks, or the same order of strides. */
  static memory.desc like(memory.desc desc, long[] shape, memory.data_type type) {
    if (blocked(desc)) {
      memory.format_tag tag = tag(desc);
      return tag == null ? Descs.plain(shape, type) : new memory.desc(shape, type, tag);
    }
    LongPointer from = desc.get_strides();
    long[] old = Descs.shape(desc);
    List<Integer> outerFirst = IntStream.range(0, shape.length).boxed()
        .sorted(Comparator.<Integer>comparingLong(axis -> -from.get(axis))
            // Strides don't tell the place of an axis of size 1.
            .thenComparing(axis -> -old[axis])).toList();
    long[] strides = new long[shape.length];
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[outerFirst.get(i)] = step;
      step *= shape[outerFirst.get(i)];
    }
    return Descs.canonical(new memory.desc(shape, type, strides));
  }

  /** The layouts with blocks that kernels give and take, of 16, 8 or 4 channels; null for a view of one. */
  private static memory.format_tag tag(memory.desc desc) {
    if (desc.get_ndims() != 4 || desc.get_inner_nblks() != 1 || desc.get_inner_idxs().get(0) != 1) {
      return null;
    }
    return switch ((int) desc.get_inner_blks().get(0)) {
      case 16 -> memory.format_tag.aBcd16b;
      case 8 -> memory.format_tag.aBcd8b;
      case 4 -> memory.format_tag.aBcd4b;
      default -> null;
    };
  }

  /** How many elements an array has. */
  static long count(Tensor x) {
    return Arrays.stream(x.shape()).reduce(1, (a, b) -> a * b);
  }

  /** How many numbers lie there, those in blocks that nobody reads included. */
  static long elements(memory.desc desc) {
    return desc.get_size() / (Descs.type(desc) == memory.data_type.f32 ? Float.BYTES : Short.BYTES);
  }

  /** Whether each example lies by itself, without gaps. */
  static boolean examplesApart(memory.desc desc) {
    long stride = desc.get_strides().get(0);
    return stride * Descs.shape(desc)[0] == elements(desc);
  }

  /** Layouts of a tensor as a kernel may want it, the cheapest to have first. */
  static List<memory.desc> of(Tensor x, memory.data_type type) {
    List<memory.desc> layouts = new ArrayList<>(List.of(x.desc()));
    if (x.type() != type) {
      layouts.add(like(x.desc(), x.shape(), type));
    }
    if (x.rank() == 4) {
      layouts.add(Descs.canonical(Descs.channelsLast(x.shape(), type)));
    }
    layouts.add(Descs.plain(x.shape(), type));
    return layouts;
  }

  /**
   * A tensor along whose axes a kernel may repeat a second array: row by row, channels last or in blocks of channels; a
   * copy where it lies otherwise. Of other layouts oneDNN 3.11 takes the second array's numbers from elsewhere, even
   * from behind it.
   */
  static Tensor ordinary(Emitter emitter, Tensor x) {
    boolean usual = blocked(x.desc()) || x.rank() > 2
        && x.desc().equals(Descs.channelsLast(x.shape(), x.type()));
    return usual ? x : emitter.plain(x);
  }

  /**
   * The first kernel that isn't plain loops, else the first of all.
   *
   * @param described a kernel for a layout, empty or null where there is none
   */
  static <D extends primitive_desc_base> D choose(Emitter emitter, List<memory.desc> layouts,
      Function<memory.desc, D> described) {
    D first = null;
    for (memory.desc layout : layouts) {
      D found = described.apply(layout);
      if (exists(found)) {
        if (!reference(found)) {
          return found;
        }
        first = first == null ? found : first;
      }
    }
    if (first == null) {
      throw new IllegalStateException("vertex " + emitter.node() + ": oneDNN has no kernel for this");
    }
    return first;
  }

  /** The same for a tensor in a type that the kernel doesn't turn into another. */
  static <D extends primitive_desc_base> D choose(Emitter emitter, Tensor x, memory.data_type type,
      Function<memory.desc, D> described) {
    return choose(emitter, of(x, type).stream().filter(layout -> Descs.type(layout) == type).toList(), described);
  }

  static boolean exists(primitive_desc_base description) {
    return description != null && description.get(true) != null;
  }

  /** Whether the kernel is plain loops, which stand in where nobody wrote a better one. */
  static boolean reference(primitive_desc_base description) {
    return description.impl_info_str().getString().startsWith("ref");
  }
}
