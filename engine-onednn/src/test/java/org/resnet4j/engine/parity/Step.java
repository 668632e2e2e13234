package org.resnet4j.engine.parity;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.resnet4j.engine.parity.Assembly.Made;

/**
 * One thing that is added to a random graph; nothing, where the graph holds no array that it goes with. The kinds'
 * {@code from} says which array is read: the last that goes with it, the last but one, and so on.
 */
interface Step {
  void addTo(Assembly assembly);

  /** Height and width. */
  record Pair(int height, int width) {
    int[] array() {
      return new int[] {height, width};
    }

    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  /** A window's measures, of which an image may be too small for some. */
  record Sliding(Pair kernel, Pair stride, Pair padding, Pair dilation, ConvolutionMode mode) {
    /** As much of it as an image has room for, and a stride for which DL4J's padding isn't negative. */
    Sliding within(Made image) {
      boolean same = mode == ConvolutionMode.Same;
      Pair pad = same ? new Pair(0, 0) : padding;
      Pair spread = new Pair(kernel.height == 1 ? 1 : dilation.height, kernel.width == 1 ? 1 : dilation.width);
      return new Sliding(
          same ? kernel : new Pair(fitting(kernel.height, spread.height, image.height() + 2 * pad.height),
              fitting(kernel.width, spread.width, image.width() + 2 * pad.width)),
          same ? new Pair(Math.min(stride.height, (kernel.height - 1) * spread.height + 2),
              Math.min(stride.width, (kernel.width - 1) * spread.width + 2)) : stride, pad, spread, mode);
    }

    private static int fitting(int kernel, int dilation, int room) {
      int fits = kernel;
      while ((fits - 1) * dilation + 1 > room) {
        fits--;
      }
      return fits;
    }

    /** With a pixel in every window: one of padding alone has no maximum. */
    Sliding onPixels(Made image) {
      Pair near = (kernel.height - 1) * dilation.height < image.height()
          && (kernel.width - 1) * dilation.width < image.width() ? dilation : new Pair(1, 1);
      return new Sliding(kernel, stride, new Pair(Math.min(padding.height, kernel.height - 1),
          Math.min(padding.width, kernel.width - 1)), near, mode);
    }

    Made on(Made image, int channels) {
      return image.as(channels, side(image.height(), kernel.height, stride.height, padding.height, dilation.height),
          side(image.width(), kernel.width, stride.width, padding.width, dilation.width));
    }

    private int side(int size, int kernel, int stride, int padding, int dilation) {
      return mode == ConvolutionMode.Same ? (size + stride - 1) / stride
          : (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1;
    }

    @Override
    public String toString() {
      return kernel + " stride " + stride + " dilation " + dilation + (mode == ConvolutionMode.Same ? " same"
          : " padding " + padding);
    }
  }
}
