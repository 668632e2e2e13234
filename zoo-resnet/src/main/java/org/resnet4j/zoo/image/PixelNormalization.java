package org.resnet4j.zoo.image;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.CustomSerializerStrategy;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A {@link Preprocessing}'s numbers for arrays of pixels, as DL4J takes them in front of its iterators: values of 0..255
 * in images [N, C, H, W] or [N, H, W, C] of any size become {@code (pixel * scale - mean) / std}, in place.
 *
 * <p>There is nothing to fit, and labels stay as they are. Immutable, for several threads. DL4J's
 * {@code NormalizerSerializer} writes and reads it once it has {@link Strategy}. An array of another shape or type is an
 * {@link IllegalArgumentException}.
 */
public final class PixelNormalization implements DataNormalization {
  private static final long serialVersionUID = 1;

  private final String preprocessing;
  private final CNN2DFormat format;
  private final Channels stored;
  private final boolean swaps;
  private final float[] factor;
  private final float[] shift;

  /** For arrays whose channels are in the network's order. */
  public PixelNormalization(Preprocessing preprocessing, CNN2DFormat format) {
    this(preprocessing, format, preprocessing.channels());
  }

  /**
   * @param stored the order of the arrays' channels; DataVec's {@code NativeImageLoader} gives BGR
   * @throws IllegalArgumentException if the network's channels can't be had from those by changing their order
   */
  public PixelNormalization(Preprocessing preprocessing, CNN2DFormat format, Channels stored) {
    Channels wanted = preprocessing.channels();
    if (wanted.count() != stored.count()) {
      throw new IllegalArgumentException(
          "pixel normalisation: expected stored channels for a network of " + wanted + ", found " + stored);
    }
    this.preprocessing = preprocessing.toJson();
    this.format = Objects.requireNonNull(format);
    this.stored = stored;
    swaps = wanted != stored;
    factor = new float[wanted.count()];
    shift = new float[wanted.count()];
    for (int c = 0; c < factor.length; c++) {
      factor[c] = (float) (preprocessing.scale() / preprocessing.std().get(c));
      shift[c] = (float) (-preprocessing.mean().get(c) / preprocessing.std().get(c));
    }
  }

  public Preprocessing preprocessing() {
    return Preprocessing.fromJson(preprocessing);
  }

  @Override
  public void transform(INDArray features) {
    checkImages(features);
    if (swaps) {
      swapFirstAndLast(features);
    }
    features.muli(perChannel(factor, features)).addi(perChannel(shift, features));
  }

  @Override
  public void revertFeatures(INDArray features) {
    checkImages(features);
    features.subi(perChannel(shift, features)).divi(perChannel(factor, features));
    if (swaps) {
      swapFirstAndLast(features);
    }
  }

  private void checkImages(INDArray features) {
    if (features.rank() != 4 || features.size(channelAxis()) != factor.length || !features.dataType().isFPType()) {
      throw new IllegalArgumentException(
          "pixel normalisation: expected an array of floating-point images %s with %d channels, found %s %s".formatted(
              format == CNN2DFormat.NCHW ? "[N, C, H, W]" : "[N, H, W, C]", factor.length, features.dataType(),
              Arrays.toString(features.shape())));
    }
  }

  private int channelAxis() {
    return format == CNN2DFormat.NCHW ? 1 : 3;
  }

  private INDArray perChannel(float[] values, INDArray features) {
    long[] shape = {1, 1, 1, 1};
    shape[channelAxis()] = values.length;
    return Nd4j.createFromArray(values).castTo(features.dataType()).reshape(shape);
  }

  private void swapFirstAndLast(INDArray features) {
    INDArray first = features.get(channel(0));
    INDArray last = features.get(channel(factor.length - 1));
    INDArray kept = first.dup();
    first.assign(last);
    last.assign(kept);
  }

  private INDArrayIndex[] channel(int c) {
    INDArrayIndex[] index = {NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all()};
    index[channelAxis()] = NDArrayIndex.interval(c, c + 1);
    return index;
  }

  @Override
  public void fit(DataSet dataSet) {}

  @Override
  public void fit(DataSetIterator iterator) {}

  @Override
  public void preProcess(DataSet dataSet) {
    transform(dataSet.getFeatures());
  }

  @Override
  public void transform(DataSet dataSet) {
    transform(dataSet.getFeatures());
  }

  @Override
  public void transform(INDArray features, INDArray featuresMask) {
    transform(features);
  }

  @Override
  public void transformLabel(INDArray labels) {}

  @Override
  public void transformLabel(INDArray labels, INDArray labelsMask) {}

  @Override
  public void revert(DataSet dataSet) {
    revertFeatures(dataSet.getFeatures());
  }

  @Override
  public void revertFeatures(INDArray features, INDArray featuresMask) {
    revertFeatures(features);
  }

  @Override
  public void revertLabels(INDArray labels) {}

  @Override
  public void revertLabels(INDArray labels, INDArray labelsMask) {}

  /** @throws UnsupportedOperationException if labels shall be normalised: these are pixels' numbers */
  @Override
  public void fitLabel(boolean fitLabels) {
    if (fitLabels) {
      throw new UnsupportedOperationException("Pixel normalisation leaves labels as they are.");
    }
  }

  @Override
  public boolean isFitLabel() {
    return false;
  }

  @Override
  public NormalizerType getType() {
    return NormalizerType.CUSTOM;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PixelNormalization that && preprocessing.equals(that.preprocessing)
        && format == that.format && stored == that.stored;
  }

  @Override
  public int hashCode() {
    return Objects.hash(preprocessing, format, stored);
  }

  @Override
  public String toString() {
    return "PixelNormalization(%s, %s, %s)".formatted(format, stored, preprocessing.replaceAll("\\s+", " "));
  }

  /** For {@code NormalizerSerializer.getDefault().addStrategy(...)}: three texts, the preprocessing as JSON. */
  public static final class Strategy extends CustomSerializerStrategy<PixelNormalization> {
    @Override
    public Class<PixelNormalization> getSupportedClass() {
      return PixelNormalization.class;
    }

    @Override
    public void write(PixelNormalization normalization, OutputStream stream) throws IOException {
      DataOutputStream out = new DataOutputStream(stream);
      out.writeUTF(normalization.format.name());
      out.writeUTF(normalization.stored.name());
      out.writeUTF(normalization.preprocessing);
      out.flush();
    }

    /** @throws IllegalArgumentException if the texts aren't what {@link #write} writes */
    @Override
    public PixelNormalization restore(InputStream stream) throws IOException {
      DataInputStream in = new DataInputStream(stream);
      CNN2DFormat format = CNN2DFormat.valueOf(in.readUTF());
      Channels stored = Channels.valueOf(in.readUTF());
      return new PixelNormalization(Preprocessing.fromJson(in.readUTF()), format, stored);
    }
  }
}
