package org.resnet4j.zoo;

/** How a unit's input reaches its add (He et al. 2015, section 4.1, options A to C). */
public enum Shortcut {
  /** Option A: identity; where shapes differ, strided with zero-padded channels. No parameters. */
  ZERO_PAD,
  /** Option B: identity; a 1x1 projection where shapes differ. */
  PROJECTION,
  /** Option C: a 1x1 projection in every unit. */
  PROJECTION_ALWAYS,
  /** No add at all: the plain twin. */
  NONE,
  /**
   * A 2x2 stride-2 convolution on the trunk before each stage but the first; a shortcut is identity wherever channels
   * agree, as they do in a net of basic blocks.
   */
  TRUNK_CONVOLUTION
}
