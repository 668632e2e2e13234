package org.resnet4j.modelimport.zoo;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.resnet4j.modelimport.file.KerasFile;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.WeightsReader;
import org.resnet4j.zoo.weights.TensorSource;

/** Gives the zoo published Keras weights. Failures are {@link org.resnet4j.modelimport.ModelImportException}s. */
public final class KerasWeightsReader implements WeightsReader {
  @Override
  public Format format() {
    return Format.KERAS_HDF5;
  }

  @Override
  public void read(Path file, ResNetSpec spec, Consumer<TensorSource> tensors) {
    try (KerasFile keras = KerasFile.open(file)) {
      tensors.accept(ZooWeights.of(keras, spec));
    }
  }
}
