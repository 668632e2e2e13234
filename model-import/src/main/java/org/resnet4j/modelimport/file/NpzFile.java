package org.resnet4j.modelimport.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.resnet4j.modelimport.ModelImportException.quote;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unsafe;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

/**
 * Arrays as NumPy's {@code savez} and {@code savez_compressed} write them: a zip archive of
 * <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">.npy</a> entries. Every failure is
 * a {@link ModelImportException}; pickled objects are never read. Not for several threads.
 */
public final class NpzFile implements AutoCloseable {
  private static final String SUFFIX = ".npy";
  private static final byte[] MAGIC = "\u0093NUMPY".getBytes(ISO_8859_1);
  private static final int LONGEST_HEADER = 10_000;

  /** As NumPy writes it: a Python dictionary with sorted keys. */
  private static final Pattern HEADER = Pattern.compile(
      "\\{'descr': (.{1,1000}), 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\),? ?\\} *\n");

  private static final Pattern TYPE = Pattern.compile("'([<>|=])([a-z][0-9])'");

  private final Path path;
  private final ZipArchive zip;

  private NpzFile(Path path, ZipArchive zip) {
    this.path = path;
    this.zip = zip;
  }

  public static NpzFile open(Path path) {
    RegularFile file = RegularFile.open(path);
    byte[] head = file.head(Content.HEAD);
    Content content = Content.of(head);
    if (content != Content.ZIP && content != Content.EMPTY_ZIP) {
      file.close();
      throw new WrongFormat("", "a NumPy archive (.npz)", Content.describe(head)).in(path);
    }
    return new NpzFile(path, ZipArchive.open(file, path));
  }

  /** The arrays' names, in the file's order. */
  public List<String> names() {
    return zip.names().stream().filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length())).toList();
  }

  /**
   * An array in row-major order; it is the caller's own.
   *
   * @param type {@code FLOAT} or {@code DOUBLE}
   */
  public INDArray read(String name, DataType type) {
    if (!names().contains(name)) {
      throw new Incomplete(quote(name), "an array", "none of that name", "Record the array too.").in(path);
    }
    String entry = name + SUFFIX;
    try {
      return array(entry, zip.read(entry, RegularFile.LARGEST), type);
    } catch (ModelImportException e) {
      throw e.in(path);
    }
  }

  private static INDArray array(String entry, byte[] bytes, DataType into) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Matcher header = HEADER.matcher(header(entry, in));
    if (!header.matches()) {
      throw new Damaged(entry, "a header with descr, fortran_order and shape", "another", null);
    }
    Matcher type = TYPE.matcher(header.group(1));
    if (header.group(1).contains("O")) {
      throw new Unsafe(entry, "numbers", "pickled Python objects, which are never read");
    }
    ElementType element = (type.matches() ? ElementType.named(type.group(2)) : Optional.<ElementType>empty())
        .orElseThrow(() -> new UnsupportedType(entry, "real numbers", quote(header.group(1))));
    long[] shape = shape(entry, header.group(3));
    long length = length(entry, shape, element.bytes());
    if (length != in.remaining()) {
      throw new Damaged(entry, length + " bytes of values for shape " + Arrays.toString(shape),
          in.remaining() + " bytes", null);
    }
    ByteBuffer values = in.order(type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    if (header.group(2).equals("False") || shape.length < 2) {
      return element.decode(values, shape, into);
    }
    long[] reversed = new long[shape.length];
    int[] axes = new int[shape.length];
    for (int axis = 0; axis < shape.length; axis++) {
      axes[axis] = shape.length - 1 - axis;
      reversed[axis] = shape[axes[axis]];
    }
    INDArray columns = element.decode(values, reversed, into);
    return columns.isEmpty() ? element.decode(values, shape, into) : columns.permute(axes).dup('c');
  }

  private static String header(String entry, ByteBuffer in) {
    byte[] magic = new byte[MAGIC.length];
    if (in.remaining() < MAGIC.length + 2 + Integer.BYTES) {
      throw new Damaged(entry, "a NumPy array", in.remaining() + " bytes", null);
    }
    in.get(magic);
    int version = in.get();
    in.get();
    if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3) {
      throw new Damaged(entry, "a NumPy array of version 1 to 3", "another beginning", null);
    }
    long length = version == 1 ? Short.toUnsignedInt(in.getShort()) : Integer.toUnsignedLong(in.getInt());
    if (length > Math.min(LONGEST_HEADER, in.remaining())) {
      throw new Damaged(entry, "a header of at most " + Math.min(LONGEST_HEADER, in.remaining()) + " bytes",
          length + " bytes", null);
    }
    byte[] header = new byte[(int) length];
    in.get(header);
    return new String(header, ISO_8859_1);
  }

  private static long[] shape(String entry, String sizes) {
    try {
      return Arrays.stream(sizes.split(",")).map(String::strip).filter(size -> !size.isEmpty())
          .mapToLong(Long::parseLong).toArray();
    } catch (NumberFormatException e) {
      throw new Damaged(entry, "a shape", quote(sizes), e);
    }
  }

  private static long length(String entry, long[] shape, int elementBytes) {
    try {
      return Arrays.stream(shape).reduce(elementBytes, Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw new TooLarge(entry, "an array that fits in memory", "shape " + Arrays.toString(shape));
    }
  }

  @Override
  public void close() {
    zip.close();
  }
}
