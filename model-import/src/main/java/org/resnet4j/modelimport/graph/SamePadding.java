package org.resnet4j.modelimport.graph;

import java.util.Optional;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.zoo.layer.Borders;

/**
 * TensorFlow's SAME for one window. DL4J's {@code ConvolutionMode.Same} is the same where the window is at least as
 * large as its stride; else its rule gives some sizes a negative border and throws.
 */
record SamePadding(Pair kernel, Pair strides, Pair dilation) {

  boolean isDeeplearning4js() {
    return extent(kernel.height(), dilation.height()) >= strides.height()
        && extent(kernel.width(), dilation.width()) >= strides.width();
  }

  /** What to add around the step's image, given that the window is then VALID; empty for nothing. */
  Optional<Borders> borders(Step step, DataFormat format) {
    Shape image = step.shape();
    if (image.sizes().contains(Shape.UNKNOWN) && (kernel.height() > 1 || kernel.width() > 1)) {
      throw step.unsupported("an image size that is known, or a window at least as large as its stride",
          "the shape " + image);
    }
    boolean last = format == DataFormat.CHANNELS_LAST;
    int height = missing(image.size(last ? 1 : 2), extent(kernel.height(), dilation.height()), strides.height());
    int width = missing(image.size(last ? 2 : 3), extent(kernel.width(), dilation.width()), strides.width());
    return height == 0 && width == 0 ? Optional.empty() : Optional.of(
        new Borders(height / 2, height - height / 2, width / 2, width - width / 2, Step.layout(format)));
  }

  /** Whether DL4J's rule works for images of this shape. */
  boolean isPossible(Shape image, DataFormat format) {
    boolean last = format == DataFormat.CHANNELS_LAST;
    return before(image.size(last ? 1 : 2), extent(kernel.height(), dilation.height()), strides.height()) >= 0
        && before(image.size(last ? 2 : 3), extent(kernel.width(), dilation.width()), strides.width()) >= 0;
  }

  /** As DL4J computes it, rounding -1 / 2 to 0. */
  private static int before(int size, int extent, int stride) {
    return ((size - 1) / stride * stride + extent - size) / 2;
  }

  private static int extent(int kernel, int dilation) {
    return (kernel - 1) * dilation + 1;
  }

  /** A window of one pixel never lacks any, whatever the image's size. */
  private static int missing(int size, int extent, int stride) {
    int inLast = Math.floorMod(size - 1, stride) + 1;
    return Math.max(extent - inLast, 0);
  }
}
