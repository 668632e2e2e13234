package org.resnet4j.training.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.resnet4j.training.data.DataException.Kind;

/**
 * MNIST's files, Fashion-MNIST's and others of their kind: IDX (LeCun's description of MNIST), unsigned bytes, images
 * [N, height, width] and labels [N], plain or with {@code .gz}.
 */
final class IdxImages {
  private static final int IMAGES = 0x0803;
  private static final int LABELS = 0x0801;
  private static final int MAX_SIDE = 4096;
  private static final int MAX_BYTES = 1 << 30;
  private static final List<String> CLOTHES = List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal",
      "Shirt", "Sneaker", "Bag", "Ankle boot");
  /** The first labels of Fashion-MNIST's and of MNIST's training images, which tell them apart. */
  private static final byte[] FASHION_BEGINS = {9, 0, 0, 3, 0, 2, 7, 2, 5, 5, 0, 9, 5, 5, 7, 9};
  private static final byte[] MNIST_BEGINS = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5, 3, 6, 1, 7};

  private IdxImages() { }

  /** Whether training images of this kind lie there. */
  static boolean liesIn(Path folder) {
    return file(folder, "train", "images", 3).isPresent();
  }

  static ArrayDataset open(Path folder) {
    ArrayImages train = part(folder, "train", "training image");
    ArrayImages test = part(folder, "t10k", "test image");
    byte[] begin = new byte[Math.min(train.size(), FASHION_BEGINS.length)];
    int most = 0;
    for (int i = 0; i < train.size(); i++) {
      most = Math.max(most, train.label(i));
      if (i < begin.length) {
        begin[i] = (byte) train.label(i);
      }
    }
    if (Arrays.equals(begin, FASHION_BEGINS)) {
      return new ArrayDataset("Fashion-MNIST", CLOTHES, train, test);
    }
    String name = Arrays.equals(begin, MNIST_BEGINS) ? "MNIST" : folder.getFileName() + "";
    List<String> digits = IntStream.rangeClosed(0, Math.max(1, most)).mapToObj(Integer::toString).toList();
    return new ArrayDataset(name, digits, train, test);
  }

  private static ArrayImages part(Path folder, String part, String name) {
    Path imagesFile = expected(folder, part, "images", 3);
    Path labelsFile = expected(folder, part, "labels", 1);
    try (DataInputStream images = open(imagesFile, IMAGES); DataInputStream labels = open(labelsFile, LABELS)) {
      int count = images.readInt();
      int height = images.readInt();
      int width = images.readInt();
      int labelCount = labels.readInt();
      if (count < 1 || height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE
          || (long) count * height * width > MAX_BYTES) {
        throw bad(imagesFile, "the header says " + count + " images of " + height + " x " + width
            + " pixels, expected 1 or more of at most " + MAX_SIDE + " a side and " + MAX_BYTES + " bytes in all");
      }
      if (labelCount != count) {
        throw bad(labelsFile, labelCount + " labels for " + count + " images");
      }
      return new ArrayImages(name, height, width, 1, rest(images, imagesFile, count * height * width),
          rest(labels, labelsFile, count));
    } catch (IOException e) {
      throw new DataException(Kind.BAD_FILE, imagesFile + ", " + labelsFile + ": cannot be read (" + e.getMessage()
          + "); get them again", e);
    }
  }

  private static DataInputStream open(Path file, int kind) throws IOException {
    InputStream plain = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    DataInputStream in = new DataInputStream(file.toString().endsWith(".gz") ? new GZIPInputStream(plain, 1 << 16)
        : plain);
    int found = in.readInt();
    if (found != kind) {
      in.close();
      throw bad(file, "begins with %08x, expected %08x".formatted(found, kind));
    }
    return in;
  }

  /** Grows with what is there, whatever the header claims. */
  private static byte[] rest(InputStream in, Path file, int length) throws IOException {
    byte[] content = in.readNBytes(length);
    if (content.length < length || in.read() >= 0) {
      throw bad(file, "has " + (content.length < length ? "only " + content.length : "more than " + length)
          + " bytes after the header, which says " + length);
    }
    return content;
  }

  private static DataException bad(Path file, String what) {
    return new DataException(Kind.BAD_FILE, file + ": " + what + "; get the file again");
  }

  private static Path expected(Path folder, String part, String what, int dimensions) {
    return file(folder, part, what, dimensions).orElseThrow(() -> new DataException(Kind.NO_IMAGES, folder + ": "
        + names(part, what, dimensions).toList().get(0)
        + " or the same with .gz is missing; put it beside the others"));
  }

  private static Optional<Path> file(Path folder, String part, String what, int dimensions) {
    return names(part, what, dimensions).map(folder::resolve).filter(Files::isRegularFile).findFirst();
  }

  /** As LeCun's page and as unpacked by some. */
  private static Stream<String> names(String part, String what, int dimensions) {
    return Stream.of("-", ".").map(dot -> part + "-" + what + dot + "idx" + dimensions + "-ubyte")
        .flatMap(name -> Stream.of(name, name + ".gz"));
  }
}
