package org.resnet4j.modelexport.onnx;

import java.util.List;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.layer.Resampling;

/**
 * {@link Resampling} as nodes. Where the image's size is known, they are its own matrices: ONNX Runtime's {@code Resize}
 * rounds places in another way, which may take the other one of two nearest pixels, and TensorFlow's cubic kernel is a
 * table.
 */
final class Resizes {
  private static final int ROWS = 2;

  private Resizes() {}

  static Value resampled(Site site, Resampling vertex) {
    Value x = site.images(vertex.format());
    long rows = x.size(ROWS);
    long columns = x.size(ROWS + 1);
    if (rows == Value.ANY || columns == Value.ANY) {
      return byFactors(site, vertex, x);
    }
    int height = Math.toIntExact(vertex.factors() ? rows * vertex.height() : vertex.height());
    int width = Math.toIntExact(vertex.factors() ? columns * vertex.width() : vertex.width());
    List<Long> shape = x.withSizes(ROWS, height, width);
    double[][] down = Resampling.weights(vertex.kernel(), Math.toIntExact(rows), height);
    double[][] across = Resampling.weights(vertex.kernel(), Math.toIntExact(columns), width);
    Draft draft = site.draft();
    if (vertex.kernel() == Resampling.Kernel.NEAREST) {
      String taken = draft.node("Gather", x.name(), draft.constant(site.part("rows"), ones(down)))
          .number("axis", ROWS).add(site.part("taken"));
      return site.end(draft.node("Gather", taken, draft.constant(site.part("columns"), ones(across)))
          .number("axis", ROWS + 1), shape, x.order());
    }
    String resized = draft.node("MatMul", draft.constant(site.part("rows"), Nd4j.createFromArray(down)), x.name())
        .add(site.part("resized"));
    return site.end(draft.node("MatMul", resized,
        draft.constant(site.part("columns"), Nd4j.createFromArray(across).transpose())), shape, x.order());
  }

  /** Where each row has its 1. */
  private static long[] ones(double[][] matrix) {
    long[] places = new long[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      while (matrix[i][(int) places[i]] == 0) {
        places[i]++;
      }
    }
    return places;
  }

  /** Multiples of an unknown size have no two nearest pixels. */
  private static Value byFactors(Site site, Resampling vertex, Value x) {
    if (!vertex.factors() || vertex.kernel() == Resampling.Kernel.BICUBIC) {
      throw site.unsupported("images of known size", "an input of shape " + x.shape());
    }
    boolean nearest = vertex.kernel() == Resampling.Kernel.NEAREST;
    Draft.Node node = site.draft().node("Resize", x.name(), "",
        site.draft().constant(site.part("factors"), Nd4j.createFromArray(1f, 1f, vertex.height(), vertex.width())))
        .text("coordinate_transformation_mode", "half_pixel").text("mode", nearest ? "nearest" : "linear");
    if (nearest) {
      node.text("nearest_mode", "round_prefer_ceil");
    }
    long rows = x.size(ROWS) == Value.ANY ? Value.ANY : x.size(ROWS) * vertex.height();
    long columns = x.size(ROWS + 1) == Value.ANY ? Value.ANY : x.size(ROWS + 1) * vertex.width();
    return site.end(node, x.withSizes(ROWS, rows, columns), x.order());
  }
}
