package org.resnet4j.training.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Noisy 16x16 images of two classes: the first or the second channel is brighter. */
final class ColourBatches {
  static final List<String> CLASSES = List.of("red", "green");

  private ColourBatches() {}

  static DataSetIterator of(int images, int batch, long seed) {
    Random random = new Random(seed);
    List<DataSet> examples = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      int label = i % 2;
      float[] pixels = new float[3 * 256];
      for (int p = 0; p < pixels.length; p++) {
        pixels[p] = (float) random.nextGaussian() * 0.5f + (p / 256 == label ? 1 : 0);
      }
      float[] oneHot = new float[2];
      oneHot[label] = 1;
      examples.add(new DataSet(
          Nd4j.create(pixels, new long[] {1, 3, 16, 16}, 'c'), Nd4j.create(oneHot, new long[] {1, 2}, 'c')));
    }
    return new ListDataSetIterator<>(examples, batch);
  }
}
