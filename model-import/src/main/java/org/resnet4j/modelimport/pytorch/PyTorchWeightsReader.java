package org.resnet4j.modelimport.pytorch;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.WeightsReader;
import org.resnet4j.zoo.weights.TensorSource;

/** Gives the zoo published PyTorch weights. Failures are {@link org.resnet4j.modelimport.ModelImportException}s. */
public final class PyTorchWeightsReader implements WeightsReader {
  @Override
  public Format format() {
    return Format.PYTORCH;
  }

  @Override
  public void read(Path file, ResNetSpec spec, Consumer<TensorSource> tensors) {
    try (PyTorchFile torch = PyTorchFile.open(file)) {
      tensors.accept(PyTorchNames.canonical(torch));
    }
  }
}
