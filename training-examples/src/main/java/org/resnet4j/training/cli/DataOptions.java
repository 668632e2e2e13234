package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.FolderOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageFolder;
import org.resnet4j.training.data.LabeledImage;
import org.resnet4j.training.data.OnBadImage;
import picocli.CommandLine.Option;

/** Where images come from, and how they are read. */
final class DataOptions {
  @Option(names = "--data", paramLabel = "FOLDER", required = true,
      description = "One sub-folder a class; or train, val and test, each with one sub-folder a class.")
  Path data;

  @Option(names = "--batch", paramLabel = "IMAGES", defaultValue = "32", description = "Images a step.")
  int batch;

  @Option(names = "--threads", paramLabel = "COUNT",
      description = "Threads that read images; the result doesn't depend on it.")
  int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--on-bad-image", paramLabel = "ACTION", defaultValue = "skip",
      description = "What to do with damaged images: fail, skip, or quarantine (move them beside the folder).")
  OnBadImage onBadImage;

  /** Checks every image once, with progress, and tells what is wrong. */
  ImageFolder open(double validationShare, long seed, PrintStream err) {
    if (batch < 1 || threads < 1) {
      throw new CommandException(ExitCode.USAGE, "--batch and --threads are 1 or more.");
    }
    FolderOptions options = FolderOptions.DEFAULT.withShares(validationShare, 0).withSeed(seed)
        .withOnBadImage(onBadImage).withThreads(threads);
    ImageFolder folder;
    try (ScanProgress progress = new ScanProgress(err)) {
      folder = ImageFolder.open(data, options.withProgress(progress));
    }
    folder.warnings().forEach(warning -> err.println("Warning: " + Printable.of(warning)));
    if (!folder.bad().isEmpty()) {
      err.println("Damaged images, left out: " + folder.bad().size());
      folder.bad().forEach(bad -> err.println("  " + Printable.of(bad.file() + ": " + bad.reason())));
    }
    return folder;
  }

  /** Batches in the given order, as they are. */
  ImageBatches evaluation(List<LabeledImage> images, List<String> classes, Loaded network) {
    return new ImageBatches(images, classes, network.preprocessing(), BatchOptions.evaluation(batch)
        .withFormat(network.format()).withThreads(threads).withOnBadImage(onBadImage)
        .withFreesBatches(true));
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
