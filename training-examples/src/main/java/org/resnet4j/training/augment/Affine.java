package org.resnet4j.training.augment;

/**
 * Where each pixel of the result comes from: {@code source = (a x + b y + c, d x + e y + f)}, coordinates counting from the
 * image's centre.
 *
 * <p>Which of two pixels is nearer hangs on a coordinate's last bit where it lies half-way, as it does along the axis of a
 * rotation by 30 degrees. So this computes as torchvision does: in float, in halves of the image's sides, the first two
 * products fused into one rounding as its matrix product does. (A processor without such an instruction, of x86 those before
 * 2013, takes far longer, for the same result.)
 */
record Affine(float a, float b, float c, float d, float e, float f, int width, int height) {
  /** A float of this size has no fraction bits, so adding it rounds to the nearest even integer, found in its low bits. */
  private static final float ROUNDING = 0x1.8p23f;
  private static final int ROUNDING_BITS = Float.floatToRawIntBits(ROUNDING);

  /** About the upper left corner, by tangents; as torchvision's affine with {@code center=[0, 0]}. */
  static Affine shear(double x, double y, int width, int height) {
    double right = width * 0.5;
    double down = height * 0.5;
    return of(1, x, right + x * down - right, y, 1, down + y * right - down, width, height);
  }

  /** By whole pixels. */
  static Affine translation(int right, int down, int width, int height) {
    return of(1, 0, -right, 0, 1, -down, width, height);
  }

  /** About the centre, counter-clockwise. */
  static Affine rotation(double degrees, int width, int height) {
    double angle = Math.toRadians(-degrees);
    return of(Math.cos(angle), Math.sin(angle), 0, -Math.sin(angle), Math.cos(angle), 0, width, height);
  }

  private static Affine of(double a, double b, double c, double d, double e, double f, int width, int height) {
    float halfWidth = (float) (0.5 * width);
    float halfHeight = (float) (0.5 * height);
    return new Affine((float) a / halfWidth, (float) b / halfWidth, (float) c / halfWidth, (float) d / halfHeight,
        (float) e / halfHeight, (float) f / halfHeight, width, height);
  }

  /** Takes the nearest pixel, black where there is none. */
  void sample(int[] from, int[] to) {
    float[] columnX = products(a);
    float[] columnY = products(d);
    int[] sourceX = new int[width];
    int[] sourceY = new int[width];
    for (int row = 0, i = 0; row < height; row++) {
      float y = row - (height * 0.5f - 0.5f);
      nearest(columnX, y, b, c, width / 2f, sourceX);
      nearest(columnY, y, e, f, height / 2f, sourceY);
      for (int column = 0; column < width; column++, i++) {
        int x = sourceX[column];
        int sourceRow = sourceY[column];
        if (x >= 0 && x < width && sourceRow >= 0 && sourceRow < height) {
          to[i] = from[sourceRow * width + x];
        }
      }
    }
  }

  private float[] products(float factor) {
    float[] products = new float[width];
    for (int column = 0; column < width; column++) {
      products[column] = (column - (width * 0.5f - 0.5f)) * factor;
    }
    return products;
  }

  private static void nearest(float[] columns, float y, float factor, float shift, float half, int[] places) {
    for (int column = 0; column < places.length; column++) {
      float centred = Math.fma(y, factor, columns[column]) + shift;
      float place = (centred + 1) * half - 0.5f;
      places[column] = Float.floatToRawIntBits(place + ROUNDING) - ROUNDING_BITS;
    }
  }
}
