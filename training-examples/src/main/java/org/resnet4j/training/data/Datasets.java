package org.resnet4j.training.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.zoo.image.ImageDecoder;

/** Opens the data that a command line or a recipe names. */
public final class Datasets {
  private static final String UNDERSTOOD = """
      Understood are: cifar10 (fetched once, then from the cache); synthetic (generated, for trying out); a folder \
      with a sub-folder of images a class, or with train, val and test, each with those; a folder with CIFAR-10's \
      binary files (data_batch_1.bin, ...) or cifar-10-binary.tar.gz, or that archive; a folder with IDX files as \
      MNIST's (train-images-idx3-ubyte, plain or .gz, ...)""";

  private Datasets() { }

  /**
   * Opens {@code cifar10}, {@code synthetic}, or what lies at a path (a folder of that name is {@code ./cifar10}).
   *
   * @throws DataException if it isn't there, isn't understood, or can't be trained on
   */
  public static Dataset open(String data, DatasetOptions options) {
    return openArrays(data, options).orElseGet(() -> openFolder(path(data), options));
  }

  /** The same; empty if a path is no set of arrays, such as a folder of image files. */
  public static Optional<Dataset> openArrays(String data, DatasetOptions options) {
    return switch (data) {
      case "cifar10" ->
        Optional.of(Cifar10.fetch(Cifar10.ARCHIVE, options).split(options.validation(), options.seed()));
      case "synthetic" -> Optional.of(SyntheticImages.dataset());
      default -> arrays(path(data)).map(arrays -> arrays.split(options.validation(), options.seed()));
    };
  }

  private static Path path(String data) {
    try {
      return Path.of(data);
    } catch (InvalidPathException e) {
      throw new DataException(Kind.UNKNOWN_DATA, "\"" + data + "\": no name of a path. " + UNDERSTOOD + ".", e);
    }
  }

  private static Dataset openFolder(Path path, DatasetOptions options) {
    if (!Files.exists(path)) {
      throw new DataException(Kind.UNKNOWN_DATA, path + ": no such file or folder. " + UNDERSTOOD + ".");
    }
    if (!Files.isDirectory(path)) {
      throw new DataException(Kind.UNKNOWN_DATA, path + ": a file of an unknown kind. " + UNDERSTOOD + ".");
    }
    return folder(path, options);
  }

  private static Optional<ArrayDataset> arrays(Path path) {
    if (Files.isRegularFile(path) && path.toString().endsWith(".tar.gz")) {
      return Optional.of(Cifar10.archive(path));
    }
    for (Path folder : List.of(path, path.resolve("cifar-10-batches-bin"))) {
      if (Files.isRegularFile(folder.resolve(Cifar10.TRAIN_FILES.get(0)))) {
        return Optional.of(Cifar10.folder(folder));
      }
    }
    Path archive = path.resolve(Cifar10.ARCHIVE.name());
    if (Files.isRegularFile(archive)) {
      return Optional.of(Cifar10.archive(archive));
    }
    return IdxImages.liesIn(path) ? Optional.of(IdxImages.open(path)) : Optional.empty();
  }

  private static Dataset folder(Path path, DatasetOptions options) {
    ImageSet<Path> images;
    try {
      images = ImageFolder.checked(path, options.folder());
    } catch (DataException e) {
      if (e.kind() == Kind.NO_CLASSES) {
        throw new DataException(Kind.UNKNOWN_DATA, e.getMessage() + ". " + UNDERSTOOD + ".", e);
      }
      throw e;
    }
    return images.dataset(path, path.toAbsolutePath().normalize().getFileName() + "",
        part -> new FileImages(ImageFolder.labeled(part), decoder()));
  }

  /** What decodes checked images during training, wherever they come from. */
  public static ImageDecoder decoder() {
    return FolderOptions.DEFAULT.decoder().withReader(OpenCvReader.orNone());
  }
}
