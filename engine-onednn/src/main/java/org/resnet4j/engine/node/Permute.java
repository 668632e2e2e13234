package org.resnet4j.engine.node;

import java.util.List;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Axes in another order; nothing is copied.
 *
 * @param axes the input's axis of each of the output's
 */
public record Permute(Value input, Value output, List<Integer> axes) implements Unary {
  public static final List<Integer> TO_CHANNELS_FIRST = List.of(0, 3, 1, 2);
  public static final List<Integer> TO_CHANNELS_LAST = List.of(0, 2, 3, 1);

  public Permute {
    axes = List.copyOf(axes);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() != axes.size()) {
      throw emitter.wrong("an array of " + axes.size() + " axes", x);
    }
    emitter.give(output, permuted(x, axes));
  }

  static Tensor permuted(Tensor x, List<Integer> axes) {
    int[] places = new int[axes.size()];
    for (int place = 0; place < places.length; place++) {
      places[axes.get(place)] = place;
    }
    return x.as(x.desc().permute_axes(places));
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    int[] back = axes.stream().mapToInt(axis -> axis).toArray();
    tape.record(output, () -> {
      Tensor gradient = tape.take(output);
      tape.share(List.of(input), gradient.as(gradient.desc().permute_axes(back)));
    });
  }
}
