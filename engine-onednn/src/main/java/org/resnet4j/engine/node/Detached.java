package org.resnet4j.engine.node;

import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Value;

/** The input as it is, with its gradient ending here: what DL4J has behind a frozen vertex. */
public record Detached(Value input, Value output) implements Unary {
  @Override
  public void forward(Emitter emitter) {
    emitter.give(output, emitter.tensor(input));
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
  }

  @Override
  public boolean passesGradient() {
    return false;
  }
}
