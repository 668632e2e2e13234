package org.resnet4j.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.function.Consumer;
import org.resnet4j.zoo.weights.Safetensors;
import org.resnet4j.zoo.weights.TensorSource;

/** Weights of ours, which come as a safetensors file in a jar of their own. */
final class JarWeights {
  private static final String FOLDER = "/org/resnet4j/weights/";
  private static final String SUFFIX = ".safetensors";

  private final URL resource;

  private JarWeights(URL resource) {
    this.resource = resource;
  }

  /**
   * Looks for them on the class path.
   *
   * @throws MissingArtifactException if they aren't there
   */
  static JarWeights find(ResNetWeights weights) {
    URL resource = JarWeights.class.getResource(FOLDER + weights.name().toLowerCase(Locale.ROOT) + SUFFIX);
    if (resource == null) {
      throw new MissingArtifactException(weights + " isn't on the class path: add the artifact"
          + " org.resnet4j:weights-fashion-mnist to your project's dependencies.");
    }
    return new JarWeights(resource);
  }

  /** Hands the tensors over from a copy of the file, for the time of the call. */
  void read(Consumer<TensorSource> tensors) {
    try {
      Path copy = Files.createTempFile("resnet4j-", SUFFIX);
      try (InputStream in = resource.openStream()) {
        Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        try (Safetensors file = Safetensors.open(copy)) {
          tensors.accept(file);
        }
      } finally {
        Files.deleteIfExists(copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(resource + " can't be copied to the system's temporary folder", e);
    }
  }
}
