package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MULTIPLE_SRC;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.concat;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory_desc_vector;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Arrays one behind the other along an axis.
 *
 * @param axis counted from behind where negative
 */
public record Join(List<Value> inputs, Value output, int axis) implements Node {
  public Join {
    inputs = List.copyOf(inputs);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor first = emitter.tensor(inputs.get(0));
    int along = axis < 0 ? axis + first.rank() : axis;
    List<Tensor> sources = new ArrayList<>();
    for (Value input : inputs) {
      Tensor x = emitter.tensor(input);
      for (int i = 0; i < Math.max(x.rank(), first.rank()); i++) {
        if (x.rank() != first.rank() || i != along && x.size(i) != first.size(i)) {
          throw emitter.wrong("the other inputs' shape except on axis " + along, x);
        }
      }
      sources.add(x);
    }
    emitter.give(output, joined(emitter, sources, along));
  }

  /** All in the type of the first, and in one layout. */
  private static Tensor joined(Emitter emitter, List<Tensor> sources, int axis) {
    Tensor first = sources.get(0);
    concat.primitive_desc description = Layouts.choose(emitter, Layouts.of(first, first.type()), layout -> {
      memory_desc_vector descs = new memory_desc_vector(sources.stream()
          .map(x -> Layouts.like(layout, x.shape(), first.type())).toArray(memory.desc[]::new));
      return new concat.primitive_desc(emitter.engine(), axis, descs, emitter.attributes(), true);
    });
    Map<Integer, Tensor> arguments = new HashMap<>();
    for (int i = 0; i < sources.size(); i++) {
      arguments.put(DNNL_ARG_MULTIPLE_SRC + i, emitter.in(sources.get(i), description.src_desc(i)));
    }
    Tensor y = emitter.allocate(description.dst_desc());
    arguments.put(DNNL_ARG_DST, y);
    emitter.run(description, new concat(description), arguments);
    return y;
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    tape.record(output, () -> {
      Tensor dy = tape.take(output);
      Tensor dense = emitter.in(dy, emitter.dense(dy.shape()));
      int along = axis < 0 ? axis + dy.rank() : axis;
      long[] from = new long[dy.rank()];
      for (Value input : inputs) {
        long[] part = emitter.tensor(input).shape();
        Tensor seen = dense.as(dense.desc().submemory_desc(part, from.clone()));
        tape.give(input, emitter.dense(part), dx -> emitter.copy(seen, dx));
        from[along] += part[along];
      }
    });
  }
}
