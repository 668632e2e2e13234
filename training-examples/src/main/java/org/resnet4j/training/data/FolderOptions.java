package org.resnet4j.training.data;

import org.resnet4j.zoo.image.ImageDecoder;

/**
 * How a folder of images is read.
 *
 * @param validation      how many of the images without a given split are held out
 * @param testShare       of the images without any given split; 0: none
 * @param seed            of the split
 * @param threads         that decode and hash
 * @param progress        is called after each image, one call at a time, from those threads
 */
public record FolderOptions(HeldOut validation, double testShare, long seed, OnBadImage onBadImage, int threads,
                            ImageDecoder decoder, Progress progress) {

  /** A fifth for validation, nothing for test, bad images skipped, a thread a core. */
  public static final FolderOptions DEFAULT = new FolderOptions(HeldOut.share(0.2), 0, 1, OnBadImage.SKIP,
      Runtime.getRuntime().availableProcessors(), ImageDecoder.DEFAULT, (done, total) -> { });

  /** Hears how far the scan is. */
  @FunctionalInterface
  public interface Progress {
    void scanned(int done, int total);
  }

  public FolderOptions {
    double validationShare = validation instanceof HeldOut.Share held ? held.share() : 0;
    if (!(testShare >= 0 && validationShare + testShare < 1)) {
      throw new IllegalArgumentException("validation and test share must be 0 or more and together below 1, found "
          + validationShare + " and " + testShare);
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be 1 or more, found " + threads);
    }
  }

  public FolderOptions withShares(double validation, double test) {
    return new FolderOptions(HeldOut.share(validation), test, seed, onBadImage, threads, decoder, progress);
  }

  public FolderOptions withValidation(HeldOut validation) {
    return new FolderOptions(validation, testShare, seed, onBadImage, threads, decoder, progress);
  }

  public FolderOptions withSeed(long seed) {
    return new FolderOptions(validation, testShare, seed, onBadImage, threads, decoder, progress);
  }

  public FolderOptions withOnBadImage(OnBadImage onBadImage) {
    return new FolderOptions(validation, testShare, seed, onBadImage, threads, decoder, progress);
  }

  public FolderOptions withThreads(int threads) {
    return new FolderOptions(validation, testShare, seed, onBadImage, threads, decoder, progress);
  }

  public FolderOptions withDecoder(ImageDecoder decoder) {
    return new FolderOptions(validation, testShare, seed, onBadImage, threads, decoder, progress);
  }

  public FolderOptions withProgress(Progress progress) {
    return new FolderOptions(validation, testShare, seed, onBadImage, threads, decoder, progress);
  }
}
