package org.resnet4j.engine.plan;

/** What a plan is for. */
public enum Pass {
  INFERENCE,
  TRAINING,
  /** What lies between is computed again in the backward pass, not kept: less memory, a forward pass more. */
  TRAINING_WITH_RECOMPUTATION
}
