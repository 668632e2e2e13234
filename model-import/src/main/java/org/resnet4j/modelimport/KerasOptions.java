package org.resnet4j.modelimport;

import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How a Keras model is imported.
 *
 * @param architecture a file that {@code model.to_json()} was written to, for weights without an architecture
 * @param inputLayout the layout of the network's image inputs; empty: Keras's own
 * @param dataType {@code FLOAT} or {@code DOUBLE}; empty: double for a model that computes in float64, else float
 * @param progress told of every tensor
 */
public record KerasOptions(Optional<Path> architecture, Optional<CNN2DFormat> inputLayout, Optional<DataType> dataType,
                           Progress progress) {
  /** Keras's own layout and precision, and the file's own architecture. */
  public static final KerasOptions DEFAULT =
      new KerasOptions(Optional.empty(), Optional.empty(), Optional.empty(), (read, all) -> {});

  /** Told how many of the weights' tensors are read. */
  @FunctionalInterface
  public interface Progress {
    void read(int tensors, int all);
  }

  public KerasOptions {
    if (dataType.isPresent() && dataType.get() != DataType.FLOAT && dataType.get() != DataType.DOUBLE) {
      throw new IllegalArgumentException("A Keras model is imported as FLOAT or DOUBLE; found " + dataType.get() + ".");
    }
  }

  public KerasOptions withArchitecture(Path json) {
    return new KerasOptions(Optional.of(json), inputLayout, dataType, progress);
  }

  public KerasOptions withInputLayout(CNN2DFormat layout) {
    return new KerasOptions(architecture, Optional.of(layout), dataType, progress);
  }

  public KerasOptions withDataType(DataType type) {
    return new KerasOptions(architecture, inputLayout, Optional.of(type), progress);
  }

  public KerasOptions withProgress(Progress told) {
    return new KerasOptions(architecture, inputLayout, dataType, told);
  }
}
