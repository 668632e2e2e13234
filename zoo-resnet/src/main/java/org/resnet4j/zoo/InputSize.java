package org.resnet4j.zoo;

import java.util.List;

/** How many pixels of an input's height or width are left through a net. */
final class InputSize {
  private InputSize() {}

  /** The smallest height or width at which no layer runs out of pixels. */
  static int smallest(ResNetSpec spec, List<Boolean> dilatedStages) {
    int size = 1;
    while (afterStages(spec, dilatedStages, size) < headNeeds(spec)) {
      size++;
    }
    return size;
  }

  /** Rows or columns that a 2x2 average pool after the last stage leaves of an input's. */
  static int pooled(ResNetSpec spec, int input) {
    return afterStages(spec, List.of(), input) / 2;
  }

  private static int headNeeds(ResNetSpec spec) {
    return spec.dialect().head() == Dialect.Head.AVERAGE_2X2_FLATTEN ? 2 : 1;
  }

  private static int afterStages(ResNetSpec spec, List<Boolean> dilatedStages, int input) {
    int size = input;
    if (spec.stem() == Stem.IMAGENET) {
      size = halved(size);
      if (spec.dialect().stemPool() == Dialect.StemPool.VALID) {
        size = size < 3 ? 0 : (size - 3) / 2 + 1;
      } else {
        size = halved(size);
      }
    }
    for (int stage = 0; stage < spec.depths().size(); stage++) {
      boolean dilated = stage > 0 && !dilatedStages.isEmpty() && dilatedStages.get(stage - 1);
      if (spec.stageStride(stage) == 2 && !dilated) {
        size = spec.shortcut() == Shortcut.TRUNK_CONVOLUTION ? size / 2 : halved(size);
      }
    }
    return size;
  }

  /** Stride 2 with padding (k - 1) / 2, or TensorFlow's SAME: rounded up. */
  private static int halved(int size) {
    return (size + 1) / 2;
  }
}
