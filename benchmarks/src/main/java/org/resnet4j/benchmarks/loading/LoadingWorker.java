package org.resnet4j.benchmarks.loading;

import java.awt.image.BufferedImage;
import org.resnet4j.training.data.ArrayImages;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.Datasets;
import org.resnet4j.training.data.HeldOut;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.zoo.image.Preprocessing;

/** Images a second of {@link ImageBatches}, each decoded anew every time: CASE FOLDER THREADS SECONDS; one number. */
public final class LoadingWorker {
  private LoadingWorker() {}

  public static void main(String[] arguments) {
    LoadingCase loaded = LoadingCase.valueOf(arguments[0]);
    int threads = Integer.parseInt(arguments[2]);
    double seconds = Double.parseDouble(arguments[3]);
    // One image a class is held out, as a data set has to have some; the rest is what is loaded.
    Dataset data = Datasets.open(arguments[1], DatasetOptions.standard().withValidation(HeldOut.images(10)));
    ImageSource images = loaded == LoadingCase.CIFAR_MEMORY ? inMemory(data.train(), loaded.size) : data.train();
    BatchOptions options = BatchOptions.training(loaded.batch, loaded.augmentation, 1).withThreads(threads)
        .withCacheBytes(0).withFreesBatches(true);
    try (ImageBatches batches = new ImageBatches(images, data.classes(), Preprocessing.torch(loaded.size), options)) {
      rate(batches, seconds / 2);
      System.out.println(rate(batches, seconds));
    }
  }

  private static double rate(ImageBatches batches, double seconds) {
    long images = 0;
    long begin = System.nanoTime();
    while (true) {
      if (!batches.hasNext()) {
        batches.reset();
      }
      images += batches.next().numExamples();
      double elapsed = (System.nanoTime() - begin) / 1e9;
      if (elapsed >= seconds) {
        return images / elapsed;
      }
    }
  }

  private static ImageSource inMemory(ImageSource files, int side) {
    byte[] pixels = new byte[files.size() * side * side * 3];
    byte[] labels = new byte[files.size()];
    for (int i = 0, at = 0; i < files.size(); i++) {
      BufferedImage image = files.image(i);
      labels[i] = (byte) files.label(i);
      for (int rgb : image.getRGB(0, 0, side, side, null, 0, side)) {
        pixels[at++] = (byte) (rgb >> 16);
        pixels[at++] = (byte) (rgb >> 8);
        pixels[at++] = (byte) rgb;
      }
    }
    return new ArrayImages("image", side, side, 3, pixels, labels);
  }
}
