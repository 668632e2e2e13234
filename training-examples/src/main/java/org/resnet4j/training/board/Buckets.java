package org.resnet4j.training.board;

import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.tensorflow.proto.HistogramProto;

/** Counts values in buckets of one width. */
final class Buckets {
  /** TensorFlow's own default ({@code tf.summary.histogram}). */
  private static final int COUNT = 30;

  private Buckets() {}

  static HistogramProto of(INDArray values) {
    INDArray dense = values.dup('c');
    try {
      return of(dense.data(), dense.length());
    } finally {
      dense.close();
    }
  }

  private static HistogramProto of(DataBuffer values, long length) {
    long finite = 0;
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double squares = 0;
    for (long i = 0; i < length; i++) {
      double value = values.getDouble(i);
      if (Double.isFinite(value)) {
        finite++;
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
        sum += value;
        squares += value * value;
      }
    }
    if (finite == 0) {
      return HistogramProto.getDefaultInstance();
    }
    double width = (greatest - least) / COUNT;
    long[] counts = new long[width == 0 ? 1 : COUNT];
    for (long i = 0; i < length; i++) {
      double value = values.getDouble(i);
      if (Double.isFinite(value)) {
        counts[width == 0 ? 0 : Math.min(COUNT - 1, (int) ((value - least) / width))]++;
      }
    }
    HistogramProto.Builder histogram = HistogramProto.newBuilder().setNum(finite).setMin(least).setMax(greatest)
        .setSum(sum).setSumSquares(squares);
    for (int bucket = 0; bucket < counts.length; bucket++) {
      histogram.addBucketLimit(bucket == counts.length - 1 ? greatest : least + (bucket + 1) * width)
          .addBucket(counts[bucket]);
    }
    return histogram.build();
  }
}
