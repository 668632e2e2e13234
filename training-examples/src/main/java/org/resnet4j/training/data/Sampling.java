package org.resnet4j.training.data;

/** Which images an epoch has, and in which order. */
public enum Sampling {
  /** Each image once, in random order. */
  SHUFFLED,
  /** Each class equally often, in random order: {@link BalancedOrder}. */
  BALANCED,
  /** Each image once, in the given order. */
  IN_ORDER
}
