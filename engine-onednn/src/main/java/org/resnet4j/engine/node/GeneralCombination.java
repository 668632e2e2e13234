package org.resnet4j.engine.node;

import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;

/** A combination in training that isn't a sum of two arrays of one shape. */
record GeneralCombination(Combination combination, Emitter emitter, Tape tape) {
  void emit() {
    throw new IllegalStateException("vertex " + emitter.node() + ": the gradient of " + combination.kind());
  }
}
