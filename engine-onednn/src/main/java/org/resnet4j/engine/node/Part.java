package org.resnet4j.engine.node;

import java.util.List;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * One of equal parts of a batch, the rest of a division being left out.
 *
 * @param index of the part, from 0
 */
public record Part(Value input, Value output, int index, int parts) implements Unary {
  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    emitter.give(output, Selection.taken(emitter, x, 0, run(emitter, x)));
  }

  private List<Selection.Run> run(Emitter emitter, Tensor x) {
    long size = x.size(0) / parts;
    if (size == 0) {
      throw emitter.wrong("at least " + parts + " examples", x);
    }
    return List.of(new Selection.Run(index * size, size));
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    Tensor x = emitter.tensor(input);
    tape.record(output, () ->
        tape.put(input, Selection.returned(emitter, tape.take(output), x.shape(), 0, run(emitter, x))));
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }
}
