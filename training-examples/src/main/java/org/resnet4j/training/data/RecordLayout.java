package org.resnet4j.training.data;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.zoo.image.Channels;

/**
 * Where image and label stand in the records of a DataVec reader.
 *
 * @param labelColumn of the label's number; the image is the other column if that has an array, else all others
 * @param channels how an image's channels follow one another
 * @param format how its values do
 */
public record RecordLayout(int labelColumn, int height, int width, Channels channels, CNN2DFormat format) {
  public RecordLayout {
    if (labelColumn < 0 || height < 1 || width < 1) {
      throw new IllegalArgumentException("a record's label column must be 0 or more, and height and width 1 or more,"
          + " found " + labelColumn + ", " + height + " and " + width);
    }
  }

  /** {@code ImageRecordReader}'s with labels, channels first: its loader gives blue, green, red. */
  public static RecordLayout imageRecordReader(int height, int width, int channels) {
    return new RecordLayout(1, height, width, channels == 3 ? Channels.BGR : Channels.of(channels), CNN2DFormat.NCHW);
  }

  /** {@code CSVRecordReader}'s: a pixel a column, row by row, the colours of a pixel side by side. */
  public static RecordLayout columns(int labelColumn, int height, int width, int channels) {
    return new RecordLayout(labelColumn, height, width, Channels.of(channels), CNN2DFormat.NHWC);
  }

  int values() {
    return height * width * channels.count();
  }
}
