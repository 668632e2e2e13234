package org.resnet4j.training.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.zoo.image.Preprocessing;

/** Mean and standard deviation of each channel, by which a new network's inputs are centred. */
final class ChannelStatistics {
  /** More images change the third digit only. */
  private static final int MOST_IMAGES = 1000;
  /** A channel that never varies is divided by this instead of zero. */
  private static final double LEAST_DEVIATION = 1e-3;

  private ChannelStatistics() {}

  /** The same preprocessing with the statistics of up to 1,000 images, evenly spread over all. */
  static Preprocessing centred(Preprocessing unit, ImageSource images, List<String> classes) {
    int step = (images.size() + MOST_IMAGES - 1) / MOST_IMAGES;
    ImageSource sample = images.selected(IntStream.iterate(0, i -> i < images.size(), i -> i + step).toArray());
    int channels = unit.channels().count();
    double[] sum = new double[channels];
    double[] squares = new double[channels];
    long pixels = 0;
    try (ImageBatches batches =
        new ImageBatches(sample, classes, unit, BatchOptions.evaluation(16).withCacheBytes(0))) {
      while (batches.hasNext()) {
        INDArray features = batches.next().getFeatures();
        float[] values = features.data().asFloat();
        int plane = unit.height() * unit.width();
        for (int i = 0; i < values.length; i++) {
          int channel = i / plane % channels;
          sum[channel] += values[i];
          squares[channel] += (double) values[i] * values[i];
        }
        pixels += features.size(0) * plane;
      }
    }
    List<Double> mean = new ArrayList<>();
    List<Double> deviation = new ArrayList<>();
    for (int c = 0; c < channels; c++) {
      double m = sum[c] / pixels;
      mean.add(rounded(m));
      deviation.add(rounded(Math.max(LEAST_DEVIATION, Math.sqrt(Math.max(0, squares[c] / pixels - m * m)))));
    }
    return unit.withChannelStatistics(mean, deviation);
  }

  /** Four digits read well in preprocessing.json, and more mean nothing. */
  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }
}
