package org.resnet4j.engine.update;

/**
 * Loops over pieces of arrays, each in the operations and the order of ND4J's own, all float32: results are the same
 * bits where ND4J's library isn't built for fused multiply-add. Plain loops over arrays are what HotSpot vectorises;
 * where one pass over a piece is split into several, the piece stays in the processor's first cache.
 */
final class Kernels {
  private static final float HUGE = 0x1p127f;

  private Kernels() {}

  static void scale(float[] x, float by, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= by;
    }
  }

  static void divide(float[] x, float by, int n) {
    for (int i = 0; i < n; i++) {
      x[i] /= by;
    }
  }

  /** {@code y -= x}. */
  static void subtract(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] -= x[i];
    }
  }

  /** {@code y += by * x}. */
  static void add(float by, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = by * x[i] + y[i];
    }
  }

  /** {@code y += by * sign(x)}: the sign without a branch, which random signs would make costly. */
  static void addSign(float by, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      float sign = Math.max(-1, Math.min(1, x[i] * HUGE * HUGE));
      // ND4J's sign of -0 is 0.
      y[i] = by * (sign + 0f) + y[i];
    }
  }

  /** DL4J's {@code Nesterovs}: v is the last step, so that the rate is in it. */
  static void nesterovs(float[] g, float[] v, float rate, float momentum, int n) {
    float ahead = -momentum - 1;
    for (int i = 0; i < n; i++) {
      float before = momentum * v[i];
      float now = before - rate * g[i];
      v[i] = now;
      g[i] = before + ahead * now;
    }
  }

  /** {@code SgdMomentum}. */
  static void momentum(float[] g, float[] buffer, float rate, float momentum, int n) {
    for (int i = 0; i < n; i++) {
      float now = buffer[i] * momentum + g[i];
      buffer[i] = now;
      g[i] = now * rate;
    }
  }

  /** {@code SgdMomentum} with Nesterov's look-ahead. */
  static void lookAhead(float[] g, float[] buffer, float rate, float momentum, int n) {
    for (int i = 0; i < n; i++) {
      float now = buffer[i] * momentum + g[i];
      buffer[i] = now;
      g[i] = (momentum * now + g[i]) * rate;
    }
  }

  /**
   * DL4J's {@code Adam}.
   *
   * @param rate with the corrections for bias
   */
  static void adam(float[] g, float[] m, float[] v, float rate, float beta1, float beta2, float epsilon, int n) {
    float rest1 = 1 - beta1;
    float rest2 = 1 - beta2;
    for (int i = 0; i < n; i++) {
      float mean = beta1 * m[i] + g[i] * rest1;
      float square = beta2 * v[i] + g[i] * g[i] * rest2;
      m[i] = mean;
      v[i] = square;
      g[i] = mean * rate / ((float) Math.sqrt(square) + epsilon);
    }
  }

  /**
   * {@code AdamW} without its decay.
   *
   * @param root the correction of the square root
   * @param rate with the mean's correction
   */
  static void adamW(float[] g, float[] m, float[] v, float rate, float beta1, float rest1, float beta2, float rest2,
      float root, float epsilon, int n) {
    for (int i = 0; i < n; i++) {
      float mean = rest1 * g[i] + m[i] * beta1;
      float square = rest2 * (g[i] * g[i]) + v[i] * beta2;
      m[i] = mean;
      v[i] = square;
      g[i] = mean / ((float) Math.sqrt(square) / root + epsilon) * rate;
    }
  }
}
