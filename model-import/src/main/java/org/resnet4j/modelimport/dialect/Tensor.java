package org.resnet4j.modelimport.dialect;

import java.util.Optional;
import org.resnet4j.modelimport.model.Shape;

/**
 * What a call gave.
 *
 * @param node the input or node whose output it is
 * @param pick where it is one position of another tensor's axis; no node computes that by itself
 */
record Tensor(String node, Shape shape, Optional<Pick> pick) {

  /** The position {@code index} of an axis, which is then gone from the shape. */
  record Pick(Tensor source, int axis, int index) {}

  Tensor(String node, Shape shape) {
    this(node, shape, Optional.empty());
  }

  /** This tensor, for a layer that takes any but a pick. */
  Tensor whole(Settings taker) {
    pick.ifPresent(part -> {
      throw taker.unsupported("tensors with all their axes (x[..., i:i+1] keeps them)",
          "position " + part.index() + " of axis " + part.axis() + " of " + part.source().node()
              + ", which can only be stacked again");
    });
    return this;
  }
}
