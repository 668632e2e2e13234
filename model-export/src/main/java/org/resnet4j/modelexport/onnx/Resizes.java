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
      return ofAnySize(site, vertex, x);
    }
    int height = Math.toIntExact(size(vertex, rows, vertex.height()));
    int width = Math.toIntExact(size(vertex, columns, vertex.width()));
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

  private static Value ofAnySize(Site site, Resampling vertex, Value x) {
    boolean nearest = vertex.kernel() == Resampling.Kernel.NEAREST;
    if (vertex.kernel() == Resampling.Kernel.BICUBIC || nearest && !vertex.factors()) {
      throw site.unsupported("images of known size", "an input of shape " + x.shape());
    }
    Draft draft = site.draft();
    Draft.Node node;
    if (vertex.factors()) {
      node = draft.node("Resize", x.name(), "",
          draft.constant(site.part("factors"), Nd4j.createFromArray(1f, 1f, vertex.height(), vertex.width())));
    } else {
      String kept = draft.node("Shape", x.name()).number("end", ROWS).add(site.part("kept"));
      String sizes = draft.node("Concat", kept,
          draft.constant(site.part("new"), vertex.height(), vertex.width())).number("axis", 0).add(site.part("sizes"));
      node = draft.node("Resize", x.name(), "", "", sizes);
    }
    node.text("coordinate_transformation_mode", "half_pixel").text("mode", nearest ? "nearest" : "linear");
    if (nearest) {
      // Of multiples no place has two nearest pixels.
      node.text("nearest_mode", "round_prefer_ceil");
    }
    return site.end(node, x.withSizes(ROWS, size(vertex, x.size(ROWS), vertex.height()),
        size(vertex, x.size(ROWS + 1), vertex.width())), x.order());
  }

  private static long size(Resampling vertex, long old, int given) {
    return !vertex.factors() ? given : old == Value.ANY ? Value.ANY : old * given;
  }
}
