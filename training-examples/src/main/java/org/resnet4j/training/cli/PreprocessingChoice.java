package org.resnet4j.training.cli;

import java.util.function.IntFunction;
import org.resnet4j.zoo.image.Preprocessing;

/** The usual ways to turn an image into a net's input, for weights that don't say theirs. */
enum PreprocessingChoice {
  TORCH(Preprocessing::torch),
  CAFFE(Preprocessing::caffe),
  TF(Preprocessing::tf),
  UNIT(Preprocessing::unit),
  /** Pixels of 0..255 as they are, for networks that rescale them. */
  RAW(Preprocessing::raw);

  private final IntFunction<Preprocessing> ofSize;

  PreprocessingChoice(IntFunction<Preprocessing> ofSize) {
    this.ofSize = ofSize;
  }

  /** For square inputs of a side in pixels. */
  Preprocessing at(int size) {
    return ofSize.apply(size);
  }
}
