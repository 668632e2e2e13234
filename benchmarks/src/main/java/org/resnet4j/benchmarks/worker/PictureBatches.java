package org.resnet4j.benchmarks.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.dataset.DataSet;
import org.resnet4j.training.data.Augmentation;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.LabeledImage;
import org.resnet4j.zoo.weights.SavedModel;

/**
 * This project's training pipeline on a {@link ModelFiles#pictures}, with as many threads that decode as compute. An
 * epoch is {@value #EPOCH} batches, for which each file comes up many times and is decoded each time: with as few
 * batches as there are files, the pipeline would stand empty all the time.
 */
final class PictureBatches {
  private static final int EPOCH = 400;
  private static final long SEED = 3;

  private final WorkerTask task;
  private final SavedModel saved;
  private final List<LabeledImage> pictures = new ArrayList<>();

  PictureBatches(WorkerTask task, SavedModel saved) throws IOException {
    this.task = task;
    this.saved = saved;
    float[] labels = Floats.readAll(task.files().labels());
    try (Stream<Path> files = Files.list(task.files().pictures())) {
      files.sorted().forEach(file -> pictures.add(new LabeledImage(file, (int) labels[pictures.size()])));
    }
  }

  /** The first pictures as they are. */
  DataSet first() {
    try (ImageBatches batches = batches(pictures.subList(0, task.batch()), BatchOptions.evaluation(task.batch()))) {
      return batches.next();
    }
  }

  /** All pictures, shuffled, cropped and mirrored at random. */
  ImageBatches varied() {
    List<LabeledImage> epoch = new ArrayList<>();
    for (int i = 0; i < EPOCH * task.batch(); i++) {
      epoch.add(pictures.get(i % pictures.size()));
    }
    Augmentation augmentation = task.height() == Pictures.CIFAR_SIDE ? Augmentation.PAD_AND_CROP
        : Augmentation.RANDOM_RESIZED_CROP;
    return batches(epoch, BatchOptions.training(task.batch(), augmentation, SEED));
  }

  private ImageBatches batches(List<LabeledImage> images, BatchOptions options) {
    return new ImageBatches(images, saved.classes(), saved.preprocessing(),
        options.withThreads(task.threads()).withCacheBytes(0));
  }
}
