package org.resnet4j.engine.node;

/**
 * A window that moves over an image; every array is [height, width].
 *
 * @param same whether padding is as much as gives ceil(size / stride) pixels, the odd one behind; before and after are
 *     unused then
 * @param before padding at top and left
 * @param after padding at bottom and right; what the window doesn't reach isn't read
 */
public record Window(int[] kernel, int[] stride, int[] dilation, boolean same, int[] before, int[] after) {
  /** Whether each output pixel comes from one input pixel. */
  boolean isOnePixel() {
    return kernel[0] == 1 && kernel[1] == 1
        && (same || before[0] == 0 && before[1] == 0 && after[0] == 0 && after[1] == 0);
  }

  private int extent(int side) {
    return (kernel[side] - 1) * dilation[side] + 1;
  }

  /** Where the window moves, for an image of a size. */
  Placement on(long height, long width) {
    long[] size = {height, width};
    long[] out = new long[2];
    long[] low = new long[2];
    long[] high = new long[2];
    for (int side = 0; side < 2; side++) {
      if (same) {
        out[side] = (size[side] + stride[side] - 1) / stride[side];
        low[side] = Math.max((out[side] - 1) * stride[side] + extent(side) - size[side], 0) / 2;
      } else {
        long reach = size[side] + before[side] + after[side] - extent(side);
        out[side] = reach < 0 ? 0 : reach / stride[side] + 1;
        low[side] = before[side];
      }
      // Negative where the last pixels aren't reached.
      high[side] = (out[side] - 1) * stride[side] + extent(side) - size[side] - low[side];
    }
    return new Placement(out, low, high);
  }

  /** The window with pixels added around the image before it. */
  Window padded(int[] top, int[] bottom) {
    return new Window(kernel, stride, dilation, false, new int[] {before[0] + top[0], before[1] + top[1]},
        new int[] {after[0] + bottom[0], after[1] + bottom[1]});
  }

  long[] strides() {
    return new long[] {stride[0], stride[1]};
  }

  long[] kernels() {
    return new long[] {kernel[0], kernel[1]};
  }

  /** oneDNN counts the pixels between. */
  long[] dilations() {
    return new long[] {dilation[0] - 1L, dilation[1] - 1L};
  }

  /**
   * @param size of the output
   * @param before padding at top and left
   * @param after padding at bottom and right
   */
  record Placement(long[] size, long[] before, long[] after) {
    boolean empty() {
      return size[0] <= 0 || size[1] <= 0;
    }
  }
}
