package org.resnet4j.training.augment;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.training.data.Mixing;

/**
 * A {@link Mixing} for the batches of any DL4J iterator: {@code iterator.setPreProcessor(...)}, or behind a normalizer in
 * a {@code CombinedPreProcessor}. Features and labels are replaced by mixed copies.
 *
 * <p>What a batch draws follows from the seed and from how many batches came before it since this was made: to go on with
 * a run as if it hadn't stopped, make it anew for the same batches. {@link org.resnet4j.training.data.ImageBatches} draws
 * by epoch and batch instead, and needs none of this.
 */
public final class MixingPreProcessor implements DataSetPreProcessor {
  private static final long serialVersionUID = 1;

  private final Mixing mixing;
  private final CNN2DFormat format;
  private final long seed;
  private final AtomicLong batches = new AtomicLong();

  /** @param format the layout of the features */
  public MixingPreProcessor(Mixing mixing, CNN2DFormat format, long seed) {
    this.mixing = mixing;
    this.format = format;
    this.seed = seed;
  }

  /** @throws IllegalArgumentException if features don't have 4 dimensions, or labels are not [N, classes] of as many */
  @Override public void preProcess(DataSet batch) {
    INDArray features = batch.getFeatures();
    INDArray labels = batch.getLabels();
    if (features.rank() != 4 || labels.rank() != 2 || labels.size(0) != features.size(0)) {
      throw new IllegalArgumentException("mixing needs images of 4 dimensions and labels [N, classes] of as many, found "
          + Arrays.toString(features.shape()) + " and " + Arrays.toString(labels.shape()));
    }
    boolean channelsLast = format == CNN2DFormat.NHWC;
    float[] pixels = values(features);
    float[] rows = values(labels);
    SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + batches.getAndIncrement());
    mixing.mix(new Mixing.Features(pixels, (int) features.size(0), (int) features.size(channelsLast ? 3 : 1),
        (int) features.size(channelsLast ? 1 : 2), (int) features.size(channelsLast ? 2 : 3), channelsLast), rows, random);
    batch.setFeatures(Nd4j.create(pixels, features.shape(), 'c').castTo(features.dataType()));
    batch.setLabels(Nd4j.create(rows, labels.shape(), 'c').castTo(labels.dataType()));
  }

  /** A copy in row-major order. */
  private static float[] values(INDArray array) {
    return array.castTo(DataType.FLOAT).dup('c').data().asFloat();
  }
}
