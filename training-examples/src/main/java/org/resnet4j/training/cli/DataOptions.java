package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.Datasets;
import org.resnet4j.training.data.FolderOptions;
import org.resnet4j.training.data.HeldOut;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageFolder;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.OnBadImage;
import picocli.CommandLine.Option;

/** Where images come from, and how they are read. */
final class DataOptions {
  private static final int DEFAULT_BATCH = 32;

  @Option(names = "--data", paramLabel = "DATA", required = true,
      description = "A folder with one sub-folder of images a class, or with train, val and test, each with those; to"
          + " train on also cifar10 (fetched once), a folder with CIFAR-10's binary or MNIST's IDX files, or synthetic"
          + " (generated, for trying out).")
  String data;

  @Option(names = "--batch", paramLabel = "IMAGES",
      description = "Images a step (default: 32, or what a recipe says).")
  Integer batch;

  @Option(names = "--threads", paramLabel = "COUNT",
      description = "Threads that read images, and that compute with --engine onednn (default: all cores).")
  Integer threads;

  @Option(names = "--on-bad-image", paramLabel = "ACTION", defaultValue = "skip",
      description = "What to do with damaged images: fail, skip, or quarantine (move them beside the folder).")
  OnBadImage onBadImage;

  /** @throws CommandException if a number makes no sense */
  void check() {
    if (batch != null && batch < 1 || threads != null && threads < 1) {
      throw new CommandException(ExitCode.USAGE, "--batch and --threads are 1 or more.");
    }
  }

  /** Images a step where nothing else says it. */
  int batch() {
    return batch == null ? DEFAULT_BATCH : batch;
  }

  /** Threads that read images. */
  int readers() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** Data to train on: a folder's images are each checked once, with progress; what is wrong is told. */
  Dataset open(Site site, HeldOut validation, long seed, PrintStream err) {
    check();
    Dataset dataset;
    try (ScanProgress progress = new ScanProgress(err); DownloadProgress download = new DownloadProgress(err)) {
      dataset = site.open(data, DatasetOptions.standard().withValidation(validation).withSeed(seed)
          .withOnBadImage(onBadImage).withThreads(readers()).withProgress(progress).withDownload(download));
    }
    tell(dataset.warnings(), dataset.bad(), err);
    return dataset;
  }

  /** A data set that isn't a folder of files, in two parts; empty if it is one. */
  Optional<Dataset> openArrays(PrintStream err) {
    check();
    try (DownloadProgress download = new DownloadProgress(err)) {
      return Datasets.openArrays(data, DatasetOptions.standard().withValidation(HeldOut.NONE).withDownload(download));
    }
  }

  private static void tell(List<String> warnings, List<BadImage> bad, PrintStream err) {
    warnings.forEach(warning -> err.println("Warning: " + Printable.of(warning)));
    if (!bad.isEmpty()) {
      err.println("Damaged images, left out: " + bad.size());
      bad.forEach(image -> err.println("  " + Printable.of(image.file() + ": " + image.reason())));
    }
  }

  /** The images of a folder to evaluate: all of them, where there are no parts. */
  ImageFolder openFolder(PrintStream err) {
    check();
    FolderOptions options = FolderOptions.DEFAULT.withShares(0, 0).withOnBadImage(onBadImage).withThreads(readers());
    ImageFolder folder;
    try (ScanProgress progress = new ScanProgress(err)) {
      folder = ImageFolder.open(Path.of(data), options.withProgress(progress));
    }
    tell(folder.warnings(), folder.bad(), err);
    return folder;
  }

  /** Batches in the given order, as they are. */
  ImageBatches evaluation(ImageSource images, List<String> classes, Loaded network, int batch) {
    return new ImageBatches(images, classes, network.preprocessing(), BatchOptions.evaluation(batch)
        .withFormat(network.format()).withThreads(readers()).withOnBadImage(onBadImage).withFreesBatches(true));
  }

  /** Starts its bar when the number of images is known. */
  private static final class ScanProgress implements FolderOptions.Progress, AutoCloseable {
    private final PrintStream err;
    private Progress progress;

    ScanProgress(PrintStream err) {
      this.err = err;
    }

    @Override
    public void scanned(int done, int total) {
      if (progress == null) {
        progress = Progress.start("Checking images", total, err);
      }
      progress.step(1, "");
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
      }
    }
  }
}
