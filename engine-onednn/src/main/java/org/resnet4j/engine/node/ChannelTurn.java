package org.resnet4j.engine.node;

import java.util.List;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Images with their channels moved from the last axis to the second, or back; vectors as they are. For what takes
 * either, where which of them comes isn't known before it does. Nothing is copied.
 *
 * @param back whether the channels go from the second axis to the last
 */
public record ChannelTurn(Value input, Value output, boolean back) implements Unary {
  private static final int[] FIRST = {0, 2, 3, 1};
  private static final int[] LAST = {0, 3, 1, 2};

  @Override
  public void forward(Emitter emitter) {
    emitter.give(output, turned(emitter.tensor(input), back));
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    tape.record(output, () -> tape.share(List.of(input), turned(tape.take(output), !back)));
  }

  private static Tensor turned(Tensor x, boolean back) {
    return x.rank() != 4 ? x : x.as(x.desc().permute_axes(back ? LAST : FIRST));
  }
}
