package org.resnet4j.zoo.image;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.datavec.api.transform.metadata.ColumnMetaData;
import org.datavec.api.transform.metadata.NDArrayMetaData;
import org.datavec.api.transform.transform.BaseColumnTransform;
import org.datavec.api.writable.BytesWritable;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Text;
import org.datavec.api.writable.Writable;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A step of a DataVec {@code TransformProcess}: a column of image files (their paths or {@code file:} addresses, or
 * their bytes) becomes a column of network inputs [1, C, H, W] or [1, H, W, C].
 *
 * <p>DataVec's own {@code ImageTransform} works on JavaCV's frames, which come from OpenCV; this needs neither. An image
 * that can't be read is an {@link ImageException}. Immutable but for its column's number, for several threads.
 */
public final class ImageToInput extends BaseColumnTransform {
  private static final long serialVersionUID = 1;

  private final String preprocessing;
  private final CNN2DFormat format;
  private transient Preprocessing parsed;

  public ImageToInput(String column, Preprocessing preprocessing, CNN2DFormat format) {
    this(column, preprocessing.toJson(), format);
  }

  /** @param preprocessing as JSON */
  ImageToInput(@JsonProperty("columnName") String column, @JsonProperty("preprocessing") String preprocessing,
      @JsonProperty("format") CNN2DFormat format) {
    super(column);
    this.preprocessing = preprocessing;
    this.format = Objects.requireNonNull(format);
    parsed = Preprocessing.fromJson(preprocessing);
  }

  /** As JSON. */
  public String getPreprocessing() {
    return preprocessing;
  }

  public CNN2DFormat getFormat() {
    return format;
  }

  @Override
  public ColumnMetaData getNewColumnMetaData(String name, ColumnMetaData old) {
    return new NDArrayMetaData(name, preprocessing().shape(1, format));
  }

  @Override
  public Writable map(Writable image) {
    return new NDArrayWritable(input(image));
  }

  @Override
  public Object map(Object image) {
    return input(image);
  }

  private INDArray input(Object image) {
    ImageDecoder decoder = ImageDecoder.DEFAULT;
    if (image instanceof BytesWritable bytes) {
      return preprocessing().apply(decoder.decode(bytes.getContent(), "column " + columnName), format);
    } else if (image instanceof byte[] bytes) {
      return preprocessing().apply(decoder.decode(bytes, "column " + columnName), format);
    } else if (image instanceof Text || image instanceof String) {
      String name = image.toString();
      return preprocessing().apply(decoder.decode(name.startsWith("file:") ? Path.of(URI.create(name)) : Path.of(name)),
          format);
    }
    throw new IllegalArgumentException("Column " + columnName + ": expected an image's path or bytes, found "
        + (image == null ? "null" : image.getClass().getSimpleName()));
  }

  /** Not kept when serialised. */
  private Preprocessing preprocessing() {
    Preprocessing own = parsed;
    if (own == null) {
      own = Preprocessing.fromJson(preprocessing);
      parsed = own;
    }
    return own;
  }

  @Override
  public String toString() {
    return "ImageToInput(%s, %s, %s)".formatted(columnName, format, preprocessing.replaceAll("\\s+", " "));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ImageToInput that
        && List.of(columnName, preprocessing, format).equals(List.of(that.columnName, that.preprocessing, that.format));
  }

  @Override
  public int hashCode() {
    return Objects.hash(columnName, preprocessing, format);
  }
}
