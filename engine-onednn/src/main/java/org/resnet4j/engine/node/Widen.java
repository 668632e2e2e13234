package org.resnet4j.engine.node;

import java.util.List;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/** Images [N, C, H, W] with channels of zeros around theirs; half of them, rounded down, come first. */
public record Widen(Value input, Value output, long channels) implements Unary {
  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() != 4 || x.size(1) > channels) {
      throw emitter.wrong("images of at most " + channels + " channels", x);
    }
    long[] shape = x.shape();
    shape[1] = channels;
    emitter.give(output, shape[1] == x.size(1) ? x : Borders.amidZeros(emitter, x, shape, place(x)));
  }

  private long[] place(Tensor x) {
    return new long[] {0, (channels - x.size(1)) / 2, 0, 0};
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    Tensor x = emitter.tensor(input);
    tape.record(output, () -> {
      Tensor dy = tape.take(output);
      tape.share(List.of(input), x.size(1) == channels ? dy : Borders.cut(emitter, dy, x.shape(), place(x)));
    });
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }
}
