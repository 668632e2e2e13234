package org.resnet4j.benchmarks.worker;

import java.nio.file.Path;

/**
 * A folder with one network in every contender's format, all of the same weights, and images with their outputs or
 * losses.
 */
public record ModelFiles(String folder) {
  /** A {@link org.resnet4j.zoo.weights.SavedModel}. */
  public Path saved() {
    return file("saved");
  }

  /** Safetensors with PyTorch's names. */
  public Path torch() {
    return file("torch.safetensors");
  }

  public Path onnx() {
    return file("model.onnx");
  }

  /** The ONNX file with QDQ nodes. */
  public Path quantized(Variant variant) {
    return file("model-" + variant.label() + ".onnx");
  }

  /** Images [N, C, H, W] as little-endian floats; smaller batches are its beginning. */
  public Path images() {
    return file("images.f32");
  }

  /** More images, for the quantiser. */
  public Path calibration() {
    return file("calibration.f32");
  }

  /**
   * A folder of image files for training's pipeline. Sorted by name, they have the classes of {@link #labels}, and
   * {@link #images} are the first of them.
   */
  public Path pictures() {
    return file("pictures");
  }

  /** The classes of {@link #images}, in training of {@link #pictures}. */
  public Path labels() {
    return file("labels.f32");
  }

  /** Stock Deeplearning4j's outputs [N, classes] for {@link #images}. */
  public Path expected() {
    return file("expected.f32");
  }

  /** The losses of stock Deeplearning4j's first steps by its {@link Recipe} on the first {@code batch} images. */
  public Path expectedLosses(int batch) {
    return file("losses-b" + batch + ".f32");
  }

  private Path file(String name) {
    return Path.of(folder, name);
  }
}
