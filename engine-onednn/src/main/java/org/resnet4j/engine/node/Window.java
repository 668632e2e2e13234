package org.resnet4j.engine.node;

/**
 * A window that moves over an image; every array is [height, width].
 *
 * @param before padding at top and left; unused where it follows from the image's size
 * @param after padding at bottom and right
 */
public record Window(int[] kernel, int[] stride, int[] dilation, Border border, int[] before, int[] after) {
  /** What becomes of an image's borders. */
  public enum Border {
    /** Padding is as much as gives ceil(size / stride) pixels, the odd one behind. */
    SAME,
    /** What the window doesn't reach isn't read. */
    CUT,
    /** The window reaches everything, or the image is of a wrong size. */
    EXACT
  }

  /** Whether each output pixel comes from one input pixel. */
  boolean isOnePixel() {
    return kernel[0] == 1 && kernel[1] == 1 && !pads();
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
      if (border == Border.SAME) {
        out[side] = (size[side] + stride[side] - 1) / stride[side];
        // Negative where a window of fewer pixels than the stride leaves out the image's first ones, as ND4J has it.
        low[side] = ((out[side] - 1) * stride[side] + extent(side) - size[side]) / 2;
      } else {
        long reach = size[side] + before[side] + after[side] - extent(side);
        boolean fits = reach >= 0 && (border == Border.CUT || reach % stride[side] == 0);
        out[side] = fits ? reach / stride[side] + 1 : 0;
        low[side] = before[side];
      }
      // Negative where the last pixels aren't reached.
      high[side] = (out[side] - 1) * stride[side] + extent(side) - size[side] - low[side];
    }
    return new Placement(out, low, high);
  }

  /** Whether padding is given, not a matter of the image's size. */
  boolean known() {
    return border != Border.SAME;
  }

  /** Whether pixels are added around the image. */
  boolean pads() {
    return before[0] > 0 || before[1] > 0 || after[0] > 0 || after[1] > 0;
  }

  /** Whether no place of the window has padding alone. */
  boolean reachesImage() {
    return before[0] < extent(0) && before[1] < extent(1) && after[0] < extent(0) && after[1] < extent(1);
  }

  /** The window with pixels added around the image before it. */
  Window padded(int[] top, int[] bottom) {
    return new Window(kernel, stride, dilation, border, new int[] {before[0] + top[0], before[1] + top[1]},
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
   * @param size of the output; 0 where the window doesn't go with the image
   * @param before padding at top and left
   * @param after padding at bottom and right
   */
  record Placement(long[] size, long[] before, long[] after) {
    boolean empty() {
      return size[0] <= 0 || size[1] <= 0;
    }

    /** For the image without its first rows and columns. */
    Placement within(long top, long left) {
      return new Placement(size, new long[] {before[0] + top, before[1] + left}, after);
    }
  }
}
