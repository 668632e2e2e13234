package org.resnet4j.zoo;

import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.resnet4j.zoo.weights.TensorSource;

/** Reads weight files of another program; found by {@link ServiceLoader}. The artifact model-import provides two. */
public interface WeightsReader {

  /** A program's way of writing weights. */
  enum Format {
    PYTORCH("PyTorch's files"), KERAS_HDF5("Keras's HDF5 files");

    private final String files;

    Format(String files) {
      this.files = files;
    }
  }

  /** What it reads. */
  Format format();

  /**
   * Opens a file, hands its tensors over under {@link org.resnet4j.zoo.weights.ModelWeights}' names and layouts, and
   * closes it.
   *
   * @param file a stranger's, however well it is known
   * @param spec the net that the file's tensors are of
   * @throws RuntimeException if the file is no such file or of another net
   */
  void read(Path file, ResNetSpec spec, Consumer<TensorSource> tensors);

  /**
   * The reader of a format.
   *
   * @throws MissingArtifactException if there is none on the class path
   */
  static WeightsReader of(Format format) {
    for (WeightsReader reader : ServiceLoader.load(WeightsReader.class, WeightsReader.class.getClassLoader())) {
      if (reader.format() == format) {
        return reader;
      }
    }
    throw new MissingArtifactException("Nothing on the class path reads " + format.files
        + ": add the artifact org.resnet4j:model-import to your project's dependencies.");
  }
}
