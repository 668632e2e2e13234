package org.resnet4j.zoo.layer;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Images of another size as {@code tf.image.resize} computes them without antialiasing: pixel centres are at half
 * pixels, a place outside the image counts as the nearest pixel (cubic: as nothing, the other weights being scaled up),
 * and the cubic kernel is Keys' with a = -0.5.
 *
 * <p>Each side is a product with a matrix [new, old] of weights, whose transpose gives the gradient.
 */
public class Resampling extends ArrayVertex {
  private static final long serialVersionUID = 1;
  private static final double KEYS = -0.5;
  private static final int TABLE = 1024;

  /** How a pixel between pixels comes about. */
  public enum Kernel { NEAREST, BILINEAR, BICUBIC }

  private final Kernel kernel;
  private final int height;
  private final int width;
  private final boolean factors;
  private final CNN2DFormat format;

  /** @param factors whether height and width multiply the image's, or are the new ones */
  public Resampling(@JsonProperty("kernel") Kernel kernel, @JsonProperty("height") int height,
      @JsonProperty("width") int width, @JsonProperty("factors") boolean factors,
      @JsonProperty("format") CNN2DFormat format) {
    this.kernel = kernel;
    this.height = height;
    this.width = width;
    this.factors = factors;
    this.format = format;
  }

  public Kernel kernel() {
    return kernel;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** Whether height and width multiply the image's, or are the new ones. */
  public boolean factors() {
    return factors;
  }

  public CNN2DFormat format() {
    return format;
  }

  @Override
  protected Object settings() {
    return List.of(kernel, height, width, factors, format);
  }

  @Override
  protected InputType outputType(InputType... inputs) {
    InputTypeConvolutional image = image(inputs[0]);
    return InputType.convolutional(factors ? image.getHeight() * height : height,
        factors ? image.getWidth() * width : width, image.getChannels(), format);
  }

  @Override
  protected INDArray forward(INDArray[] inputs) {
    int rows = rowAxis();
    INDArray x = inputs[0];
    return along(rows + 1, matrix(x, rows + 1, width), along(rows, matrix(x, rows, height), x));
  }

  @Override
  protected INDArray[] backward(INDArray[] inputs, INDArray gradient) {
    int rows = rowAxis();
    INDArray x = inputs[0];
    return new INDArray[] {along(rows, matrix(x, rows, height).transpose(),
        along(rows + 1, matrix(x, rows + 1, width).transpose(), gradient))};
  }

  private int rowAxis() {
    return format == CNN2DFormat.NHWC ? 1 : 2;
  }

  private static INDArray along(int axis, INDArray matrix, INDArray x) {
    int[] order = {0, 1, 2, 3};
    order[0] = axis;
    order[axis] = 0;
    INDArray first = x.permute(order).dup('c');
    long[] shape = first.shape().clone();
    INDArray product = matrix.mmul(first.reshape('c', shape[0], first.length() / shape[0]));
    shape[0] = matrix.size(0);
    return product.dup('c').reshape('c', shape).permute(order);
  }

  private INDArray matrix(INDArray x, int axis, int size) {
    int old = (int) x.size(axis);
    return Nd4j.create(weights(kernel, old, factors ? old * size : size)).castTo(x.dataType());
  }

  /** What each old pixel (column) gives to each new one (row). */
  public static double[][] weights(Kernel kernel, int from, int to) {
    double[][] weights = new double[to][from];
    // Single precision as in TensorFlow: it decides which of two pixels is the nearest.
    float scale = (float) from / to;
    for (int i = 0; i < to; i++) {
      float centre = (i + 0.5f) * scale;
      if (kernel == Kernel.NEAREST) {
        weights[i][Math.min((int) Math.floor(centre), from - 1)] = 1;
        continue;
      }
      double place = centre - 0.5f;
      int left = (int) Math.floor(place);
      double part = place - left;
      if (kernel == Kernel.BILINEAR) {
        weights[i][Math.max(left, 0)] += 1 - part;
        weights[i][Math.min(left + 1, from - 1)] += part;
        continue;
      }
      // TensorFlow looks the kernel up in a table.
      double listed = left + Math.rint(part * TABLE) / TABLE;
      double sum = 0;
      for (int j = Math.max(left - 1, 0); j <= Math.min(left + 2, from - 1); j++) {
        weights[i][j] = keys(Math.abs(listed - j));
        sum += weights[i][j];
      }
      for (int j = 0; j < from; j++) {
        weights[i][j] /= sum;
      }
    }
    return weights;
  }

  private static double keys(double x) {
    return x <= 1 ? ((KEYS + 2) * x - (KEYS + 3)) * x * x + 1
        : x < 2 ? ((KEYS * x - 5 * KEYS) * x + 8 * KEYS) * x - 4 * KEYS : 0;
  }
}
