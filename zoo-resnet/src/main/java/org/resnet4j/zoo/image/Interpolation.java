package org.resnet4j.zoo.image;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;

/**
 * Resizing filters. The antialiased ones widen when an image shrinks, so every source pixel counts. Results equal
 * Pillow 11's bit for bit (its {@code Resample.c}: a horizontal, then a vertical pass, 22-bit fixed point, 8 bits
 * between passes), because the published networks were trained and measured on Pillow's pixels.
 */
public enum Interpolation {
  /** The pixel at the place itself: Pillow's NEAREST, the default of Keras's {@code load_img(target_size=...)}. */
  NEAREST(0) {
    @Override double weight(double distance) {
      return 1;
    }
  },
  /**
   * The four pixels around the place, however much an image shrinks: Keras's {@code image_dataset_from_directory} and
   * {@code tf.image.resize}, but for their values between 8-bit ones.
   */
  BILINEAR_ALIASED(1) {
    @Override double weight(double distance) {
      return BILINEAR.weight(distance);
    }
  },
  /** Triangle filter, antialiased: Pillow's BILINEAR, torchvision's default. */
  BILINEAR(1) {
    @Override double weight(double distance) {
      double x = Math.abs(distance);
      return x < 1 ? 1 - x : 0;
    }
  },
  /** Keys' cubic with a = -0.5, antialiased: Pillow's BICUBIC. */
  BICUBIC(2) {
    @Override double weight(double distance) {
      double x = Math.abs(distance);
      if (x < 1) {
        return (1.5 * x - 2.5) * x * x + 1;
      }
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    }
  };

  private static final int FRACTION_BITS = 22;

  private final double support;

  Interpolation(double support) {
    this.support = support;
  }

  abstract double weight(double distance);

  /**
   * Cuts {@code box} out of the image and resizes it.
   *
   * @param image any image; read as 8-bit RGB
   * @param box   within the image; pixels outside it have no influence
   * @return height x width, TYPE_INT_RGB; the image itself if that is what it is
   */
  public BufferedImage resize(BufferedImage image, Rectangle box, int width, int height) {
    return resize(image, box, width, height, new Rectangle(width, height));
  }

  /** As above, but computes only {@code window} of the resized width x height, however large that would be. */
  BufferedImage resize(BufferedImage image, Rectangle box, long width, long height, Rectangle window) {
    if (box.isEmpty() || !new Rectangle(image.getWidth(), image.getHeight()).contains(box)) {
      throw new IllegalArgumentException("box %d,%d %dx%d is not within the image of %dx%d pixels".formatted(
          box.x, box.y, box.width, box.height, image.getWidth(), image.getHeight()));
    }
    BufferedImage rgb = Pixels.toRgb(image);
    if (box.width == rgb.getWidth() && box.height == rgb.getHeight() && width == box.width && height == box.height
        && window.equals(box)) {
      return rgb;
    }
    Taps columns = taps(box.width, width, window.x, window.width);
    Taps rows = taps(box.height, height, window.y, window.height);
    int firstRow = rows.first();
    int rowCount = rows.end() - firstRow;
    int[] narrowed = columns.acrossRows(Pixels.of(rgb), box.x + (box.y + firstRow) * rgb.getWidth(), rgb.getWidth(),
        rowCount);
    BufferedImage result = new BufferedImage(window.width, window.height, BufferedImage.TYPE_INT_RGB);
    rows.downColumns(narrowed, firstRow, window.width, Pixels.of(result));
    return result;
  }

  private Taps taps(int in, long out, int from, int count) {
    double scale = (double) in / out;
    if (this == NEAREST) {
      return nearest(scale, from, count);
    }
    double filterScale = this == BILINEAR_ALIASED ? 1 : Math.max(scale, 1);
    double reach = out == in ? 0.5 : support * filterScale;
    int[] starts = new int[count];
    int[][] weights = new int[count][];
    for (int i = 0; i < count; i++) {
      double center = (from + i + 0.5) * scale;
      int start = Math.max(0, (int) (center - reach + 0.5));
      int end = Math.min(in, (int) (center + reach + 0.5));
      double[] exact = new double[end - start];
      double sum = 0;
      for (int k = 0; k < exact.length; k++) {
        exact[k] = weight((start + k - center + 0.5) / filterScale);
        sum += exact[k];
      }
      starts[i] = start;
      weights[i] = new int[exact.length];
      for (int k = 0; k < exact.length; k++) {
        double fixed = exact[k] / sum * (1 << FRACTION_BITS);
        weights[i][k] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
      }
    }
    return new Taps(starts, weights);
  }

  private static Taps nearest(double scale, int from, int count) {
    int[] starts = new int[count];
    int[][] weights = new int[count][];
    // Summed up as in Pillow's Geometry.c: a product would round to the neighbour here and there.
    double place = scale * 0.5;
    for (int i = 0; i < from + count; i++, place += scale) {
      if (i >= from) {
        starts[i - from] = (int) place;
        weights[i - from] = new int[] {1 << FRACTION_BITS};
      }
    }
    return new Taps(starts, weights);
  }

  /** For every output position the first source position and the fixed-point weights from there. */
  private record Taps(int[] starts, int[][] weights) {
    private static final int HALF = 1 << (FRACTION_BITS - 1);

    int first() {
      return starts[0];
    }

    int end() {
      int last = starts.length - 1;
      return starts[last] + weights[last].length;
    }

    int[] acrossRows(int[] source, int offset, int stride, int rows) {
      int width = starts.length;
      int[] result = new int[rows * width];
      for (int y = 0; y < rows; y++) {
        int row = offset + y * stride;
        for (int x = 0; x < width; x++) {
          result[y * width + x] = blend(source, row + starts[x], 1, weights[x]);
        }
      }
      return result;
    }

    void downColumns(int[] source, int firstRow, int width, int[] result) {
      for (int y = 0; y < starts.length; y++) {
        int row = (starts[y] - firstRow) * width;
        for (int x = 0; x < width; x++) {
          result[y * width + x] = blend(source, row + x, width, weights[y]);
        }
      }
    }

    private static int blend(int[] source, int index, int step, int[] weights) {
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      for (int weight : weights) {
        int pixel = source[index];
        red += (pixel >> 16 & 0xFF) * weight;
        green += (pixel >> 8 & 0xFF) * weight;
        blue += (pixel & 0xFF) * weight;
        index += step;
      }
      return clip(red) << 16 | clip(green) << 8 | clip(blue);
    }

    private static int clip(int fixed) {
      return Math.max(0, Math.min(255, fixed >> FRACTION_BITS));
    }
  }
}
