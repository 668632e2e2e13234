package org.resnet4j.benchmarks.loading;

import java.util.Locale;
import org.resnet4j.training.data.Augmentation;

/** What is loaded, and how it is varied. */
enum LoadingCase {
  CIFAR_MEMORY("CIFAR-10 in memory, pad, crop, flip", "memory", "jpeg", 32, 128, Augmentation.PAD_AND_CROP),
  CIFAR_JPEG("CIFAR-10 in JPEG files, pad, crop, flip", "files", "jpeg", 32, 128, Augmentation.PAD_AND_CROP),
  CIFAR_PNG("CIFAR-10 in PNG files, pad, crop, flip", "files", "png", 32, 128, Augmentation.PAD_AND_CROP),
  PHOTOS("500x375 JPEG files, random-resized-crop 224, flip", "photos", "photos", 224, 32,
      Augmentation.RANDOM_RESIZED_CROP);

  final String title;
  /** What loading.py calls it. */
  final String script;
  /** What photos.py calls its files. */
  final String folder;
  final int size;
  final int batch;
  final Augmentation augmentation;

  LoadingCase(String title, String script, String folder, int size, int batch, Augmentation augmentation) {
    this.title = title;
    this.script = script;
    this.folder = folder;
    this.size = size;
    this.batch = batch;
    this.augmentation = augmentation;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
