package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.datavec.api.records.Record;
import org.datavec.api.records.metadata.RecordMetaData;
import org.datavec.api.records.reader.RecordReader;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Writable;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.zoo.image.Channels;

/**
 * The images of a DataVec {@link RecordReader}, for {@link ImageBatches} to vary and normalise.
 *
 * <p>The reader is gone through once, in its order. Its images are kept in memory, 8 bits a value, while there is room;
 * those beyond it are read again by their metadata when they are wanted, one at a time, as readers are not safe for
 * several threads: nobody else may use the reader meanwhile. Pixels must come as they are, 0 to 255.
 */
public final class RecordImages implements ImageSource {
  private final RecordReader reader;
  private final RecordLayout layout;
  /** Null where only the metadata was kept. */
  private final List<byte[]> kept = new ArrayList<>();
  private final List<RecordMetaData> metaData = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();
  private final List<String> classes;
  private final boolean allKept;

  /**
   * Reads all records.
   *
   * @param maxBytes of memory for images
   * @throws DataException if a record isn't as the layout says, can't be read, or finds no room and can't be read again
   */
  public RecordImages(RecordReader reader, RecordLayout layout, long maxBytes) {
    this.reader = reader;
    this.layout = layout;
    long room = maxBytes;
    while (reader.hasNext()) {
      int index = kept.size();
      Record record = next(index);
      byte[] values = values(record.getRecord(), index);
      room -= values.length;
      if (room < 0 && record.getMetaData() == null) {
        throw new DataException(Kind.TOO_LARGE, "record " + index + ": the images have more than " + maxBytes
            + " bytes, and the reader, " + reader.getClass().getSimpleName() + ", doesn't tell where to read one again;"
            + " allow more memory, or have images in files");
      }
      kept.add(room >= 0 ? values : null);
      metaData.add(room >= 0 ? null : record.getMetaData());
      labels.add(label(record.getRecord(), index));
    }
    if (kept.isEmpty()) {
      throw new DataException(Kind.NO_IMAGES, "the record reader has no records; was it initialised, and not read to"
          + " its end?");
    }
    allKept = room >= 0;
    List<String> named = reader.getLabels();
    int most = labels.stream().mapToInt(Integer::intValue).max().orElseThrow();
    classes = named != null && most < named.size() ? List.copyOf(named)
        : IntStream.rangeClosed(0, most).mapToObj(Integer::toString).toList();
  }

  /** The reader's labels; numbers where it has none. */
  public List<String> classes() {
    return classes;
  }

  @Override
  public int size() {
    return labels.size();
  }

  @Override
  public int label(int index) {
    return labels.get(index);
  }

  @Override
  public String name(int index) {
    return "record " + index;
  }

  /** Whether all found room. */
  @Override
  public boolean inMemory() {
    return allKept;
  }

  @Override
  public BufferedImage image(int index) {
    byte[] values = kept.get(index);
    if (values == null) {
      values = values(readAgain(index), index);
    }
    BufferedImage image = new BufferedImage(layout.width(), layout.height(), BufferedImage.TYPE_INT_RGB);
    int[] pixels = Pictures.pixels(image);
    int count = layout.channels().count();
    boolean planes = layout.format() == CNN2DFormat.NCHW;
    int next = planes ? pixels.length : 1;
    int red = layout.channels() == Channels.BGR ? 2 * next : 0;
    int green = count == 1 ? 0 : next;
    int blue = layout.channels() == Channels.RGB ? 2 * next : 0;
    for (int i = 0, at = 0; i < pixels.length; i++, at += planes ? 1 : count) {
      pixels[i] = (values[at + red] & 0xFF) << 16 | (values[at + green] & 0xFF) << 8 | values[at + blue] & 0xFF;
    }
    return image;
  }

  private Record next(int index) {
    try {
      return reader.nextRecord();
    } catch (UnsupportedOperationException e) {
      return new org.datavec.api.records.impl.Record(reader.next(), null);
    } catch (RuntimeException e) {
      throw unreadable(index, e);
    }
  }

  private List<Writable> readAgain(int index) {
    synchronized (reader) {
      try {
        return reader.loadFromMetaData(metaData.get(index)).getRecord();
      } catch (IOException | RuntimeException e) {
        throw unreadable(index, e);
      }
    }
  }

  private DataException unreadable(int index, Exception e) {
    return new DataException(Kind.BAD_IMAGE, "record " + index + ": " + reader.getClass().getSimpleName()
        + " can't read it (" + e.getMessage() + "); repair or remove it", e);
  }

  private int label(List<Writable> record, int index) {
    try {
      int label = record.get(layout.labelColumn()).toInt();
      if (label >= 0) {
        return label;
      }
    } catch (RuntimeException e) {
      // Said below: there is no such column, or no number in it.
    }
    throw bad(index, "expected a label of 0 or more in column " + layout.labelColumn() + ", found "
        + (record.size() > layout.labelColumn() ? "\"" + record.get(layout.labelColumn()) + "\"" : "no such column"));
  }

  private byte[] values(List<Writable> record, int index) {
    byte[] values = new byte[layout.values()];
    List<Writable> image = IntStream.range(0, record.size()).filter(column -> column != layout.labelColumn())
        .mapToObj(record::get).toList();
    if (image.size() == 1 && image.get(0) instanceof NDArrayWritable array) {
      INDArray pixels = array.get();
      requireShape(pixels, index);
      float[] flat = pixels.dup('c').data().asFloat();
      for (int i = 0; i < values.length; i++) {
        values[i] = value(flat[i], index);
      }
      return values;
    }
    requireCount(image.size(), index);
    for (int i = 0; i < values.length; i++) {
      values[i] = value(number(image.get(i), index), index);
    }
    return values;
  }

  private double number(Writable writable, int index) {
    try {
      return writable.toDouble();
    } catch (RuntimeException e) {
      throw bad(index, "expected numbers, found \"" + writable + "\"");
    }
  }

  private byte value(double value, int index) {
    if (!(value >= 0 && value <= 255) || value != Math.rint(value)) {
      throw bad(index, "expected pixels of 0 to 255, found " + value
          + "; take scaling out of the reader, as it is done when batches are made");
    }
    return (byte) (int) value;
  }

  /** The last three axes tell; one before them is of size 1, as the count says. */
  private void requireShape(INDArray pixels, int index) {
    long[] shape = pixels.shape();
    long[] expected = layout.format() == CNN2DFormat.NCHW
        ? new long[] {layout.channels().count(), layout.height(), layout.width()}
        : new long[] {layout.height(), layout.width(), layout.channels().count()};
    if (shape.length < 3 || !Arrays.equals(expected, Arrays.copyOfRange(shape, shape.length - 3, shape.length))
        || pixels.length() != layout.values()) {
      throw bad(index, "expected an array of " + Arrays.toString(expected) + " or with a 1 before, found "
          + Arrays.toString(shape));
    }
  }

  private void requireCount(long found, int index) {
    if (found != layout.values()) {
      throw bad(index, "expected " + layout.height() + " x " + layout.width() + " x " + layout.channels().count()
          + " values, found " + found);
    }
  }

  private static DataException bad(int index, String what) {
    return new DataException(Kind.BAD_IMAGE, "record " + index + ": " + what);
  }
}
