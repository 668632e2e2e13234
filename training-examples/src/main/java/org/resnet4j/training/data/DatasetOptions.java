package org.resnet4j.training.data;

import org.resnet4j.zoo.store.DownloadListener;
import org.resnet4j.zoo.store.WeightStore;

/**
 * How {@link Datasets#open} opens.
 *
 * @param validation how many training images are held out; without effect where validation images are given
 * @param seed of the split
 * @param onBadImage what happens to a file of a folder that can't be decoded
 * @param threads that check a folder's images
 * @param progress of that check
 * @param store where published data sets are kept, and how they are fetched
 * @param download hears how that goes
 */
public record DatasetOptions(HeldOut validation, long seed, OnBadImage onBadImage, int threads,
                             FolderOptions.Progress progress, WeightStore store, DownloadListener download) {

  /** A tenth held out, bad images skipped, a thread a core, the standard cache. */
  public static DatasetOptions standard() {
    return new DatasetOptions(HeldOut.share(0.1), 1, OnBadImage.SKIP, Runtime.getRuntime().availableProcessors(),
        (done, total) -> { }, WeightStore.standard(), DownloadListener.SILENT);
  }

  public DatasetOptions withValidation(HeldOut validation) {
    return new DatasetOptions(validation, seed, onBadImage, threads, progress, store, download);
  }

  public DatasetOptions withSeed(long seed) {
    return new DatasetOptions(validation, seed, onBadImage, threads, progress, store, download);
  }

  public DatasetOptions withOnBadImage(OnBadImage onBadImage) {
    return new DatasetOptions(validation, seed, onBadImage, threads, progress, store, download);
  }

  public DatasetOptions withThreads(int threads) {
    return new DatasetOptions(validation, seed, onBadImage, threads, progress, store, download);
  }

  public DatasetOptions withProgress(FolderOptions.Progress progress) {
    return new DatasetOptions(validation, seed, onBadImage, threads, progress, store, download);
  }

  public DatasetOptions withStore(WeightStore store) {
    return new DatasetOptions(validation, seed, onBadImage, threads, progress, store, download);
  }

  public DatasetOptions withDownload(DownloadListener download) {
    return new DatasetOptions(validation, seed, onBadImage, threads, progress, store, download);
  }

  /** Those of a folder, or of what is read by the same rules. */
  public FolderOptions folder() {
    return FolderOptions.DEFAULT.withValidation(validation).withSeed(seed).withOnBadImage(onBadImage)
        .withThreads(threads).withProgress(progress);
  }
}
