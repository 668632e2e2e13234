package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.image.PixelTables;
import org.resnet4j.zoo.image.Preprocessing;

/** Makes batches in threads of its own: decodes, varies, normalises, mixes, and copies to ND4J. */
final class BatchPipeline {
  /** Pieces of a batch, a thread: few enough to cost nothing, and many enough that no thread waits long. */
  private static final int PIECES_A_THREAD = 4;
  /** Images by which others' sizes are judged. */
  private static final int SAMPLES = 16;

  private final ImageSource images;
  private final List<String> classes;
  private final Preprocessing preprocessing;
  private final PixelTables tables;
  private final BatchOptions options;
  private final ImageCache cache;
  private final ThreadPoolExecutor workers;
  private final ConcurrentSkipListMap<Integer, BadImage> skipped = new ConcurrentSkipListMap<>();
  /** Arrays of batches that ND4J has copied: new ones, of tens of megabytes, would fill the heap with garbage. */
  private final ConcurrentLinkedQueue<float[]> spare = new ConcurrentLinkedQueue<>();
  private final BatchArrays arrays;

  BatchPipeline(ImageSource images, List<String> classes, Preprocessing preprocessing, BatchOptions options) {
    this.images = images;
    this.classes = classes;
    this.preprocessing = preprocessing;
    this.options = options;
    tables = preprocessing.tables();
    arrays = options.freesBatches()
        ? new BatchArrays(preprocessing.shape(Math.min(options.batchSize(), images.size()), options.format()))
        : new BatchArrays();
    cache = new ImageCache(options.cacheBytes());
    workers = new ThreadPoolExecutor(options.threads(), options.threads(), 5, TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        task -> {
          Thread thread = new Thread(task, "image-batches");
          thread.setDaemon(true);
          return thread;
        });
    workers.allowCoreThreadTimeOut(true);
  }

  /**
   * A batch that is ready.
   *
   * @param data null if none of its images could be read
   * @param images the source's indices of those in it
   */
  record Ready(DataSet data, int[] images) { }

  /**
   * Begins to make a batch of the images, which stand in an epoch's order from {@code first}.
   *
   * @param repeats how often each came before in the epoch
   */
  Batch begin(int epoch, int first, int[] indices, int[] repeats) {
    if (workers.isShutdown()) {
      throw new IllegalStateException("these image batches are closed");
    }
    float[] kept = spare.poll();
    Batch batch = new Batch(epoch, first, indices, repeats, kept == null ? new float[batchLength()] : kept);
    batch.submit();
    return batch;
  }

  /** Takes the features of a batch that nobody uses any more. */
  void giveBack(DataSet batch) {
    arrays.giveBack(batch.getFeatures());
  }

  List<BadImage> skipped() {
    return List.copyOf(skipped.values());
  }

  int batchLength() {
    return Math.multiplyExact(Math.min(options.batchSize(), images.size()), preprocessing.inputLength());
  }

  /** The bytes of all images that will be kept, judged by some of them. */
  long cacheBytes() {
    long pixels = 0;
    int judged = 0;
    for (int i = 0; i < SAMPLES && i < images.size(); i++) {
      try {
        int index = (int) ((long) i * images.size() / Math.min(SAMPLES, images.size()));
        BufferedImage decoded = images.image(index);
        BufferedImage prepared = options.augmentation().prepare(decoded, preprocessing);
        pixels += isWorthKeeping(prepared, decoded) ? (long) prepared.getWidth() * prepared.getHeight() : 0;
        judged++;
      } catch (ImageException e) {
        // It is told when its turn comes.
      }
    }
    return judged == 0 ? 0 : Math.min(options.cacheBytes(), ImageCache.BYTES_A_PIXEL * pixels / judged * images.size());
  }

  /** Lets images in work come to their end: an interrupted read would look like a damaged file. */
  void close() {
    workers.shutdown();
    spare.clear();
    arrays.close();
    cache.clear();
  }

  private BufferedImage prepared(int index) {
    BufferedImage kept = cache.get(index);
    if (kept != null) {
      return kept;
    }
    BufferedImage decoded = images.image(index);
    BufferedImage prepared = options.augmentation().prepare(decoded, preprocessing);
    if (isWorthKeeping(prepared, decoded)) {
      cache.keep(index, prepared);
    }
    return prepared;
  }

  private boolean isWorthKeeping(BufferedImage prepared, BufferedImage decoded) {
    return prepared != decoded || !images.inMemory();
  }

  /** False if the image can't be read any more. */
  private boolean load(int index, long seed, float[] features, int offset) {
    try {
      BufferedImage prepared = prepared(index);
      SplittableRandom random = new SplittableRandom(seed);
      BufferedImage varied = options.augmentation().vary(prepared, preprocessing, random);
      tables.normalize(varied, options.format(), features, offset);
      options.augmentation().finish(features, offset, preprocessing, options.format(), random);
      return true;
    } catch (ImageException e) {
      if (options.onBadImage() == OnBadImage.FAIL) {
        throw new DataException(DataException.Kind.BAD_IMAGE, e.getMessage(), e);
      }
      skipped.put(index, new BadImage(images.name(index), e.reason()));
      return false;
    }
  }

  /** A seed of its own for each (seed, epoch, index): the finalizer of SplittableRandom over each in turn. */
  long seed(int epoch, long index) {
    return new SplittableRandom(new SplittableRandom(options.seed()).nextLong() + epoch).nextLong() + index;
  }

  /** A batch in work. */
  final class Batch {
    private final int epoch;
    private final int first;
    private final int[] indices;
    private final int[] repeats;
    private final float[] features;
    private final boolean[] good;
    private final AtomicInteger piecesLeft;
    private final CompletableFuture<Ready> ready = new CompletableFuture<>();
    private volatile boolean cancelled;

    private Batch(int epoch, int first, int[] indices, int[] repeats, float[] features) {
      this.epoch = epoch;
      this.first = first;
      this.indices = indices;
      this.repeats = repeats;
      this.features = features;
      good = new boolean[indices.length];
      piecesLeft = new AtomicInteger(Math.min(indices.length, PIECES_A_THREAD * options.threads()));
    }

    int first() {
      return first;
    }

    CompletableFuture<Ready> ready() {
      return ready;
    }

    /** Nobody wants it any more: images that wait are not begun, and what is ready is freed. */
    void cancel() {
      cancelled = true;
      ready.thenAccept(batch -> {
        if (batch.data != null) {
          arrays.giveBack(batch.data.getFeatures());
        }
      });
    }

    private void submit() {
      int pieces = piecesLeft.get();
      for (int piece = 0; piece < pieces; piece++) {
        int from = (int) ((long) indices.length * piece / pieces);
        int to = (int) ((long) indices.length * (piece + 1) / pieces);
        workers.execute(() -> load(from, to));
      }
    }

    /** The worker that comes to the last piece's end puts the batch together. */
    private void load(int from, int to) {
      try {
        for (int slot = from; slot < to && !cancelled && !ready.isCompletedExceptionally(); slot++) {
          good[slot] = BatchPipeline.this.load(indices[slot],
              seed(epoch, indices[slot] + (long) repeats[slot] * images.size()), features,
              slot * preprocessing.inputLength());
        }
        if (piecesLeft.decrementAndGet() == 0 && !cancelled && !ready.isCompletedExceptionally()) {
          ready.complete(assemble());
        }
      } catch (RuntimeException | Error e) {
        // Thrown again by the thread that waits for the batch.
        ready.completeExceptionally(e);
      }
    }

    /** Closes the gaps of skipped images. */
    private Ready assemble() {
      int length = preprocessing.inputLength();
      int[] kept = new int[indices.length];
      int count = 0;
      for (int slot = 0; slot < indices.length; slot++) {
        if (good[slot]) {
          if (count < slot) {
            System.arraycopy(features, slot * length, features, count * length, length);
          }
          kept[count++] = indices[slot];
        }
      }
      Ready batch = new Ready(count == 0 ? null : data(kept, count), Arrays.copyOf(kept, count));
      spare.add(features);
      return batch;
    }

    private DataSet data(int[] kept, int count) {
      float[] labels = new float[count * classes.size()];
      for (int i = 0; i < count; i++) {
        labels[i * classes.size() + images.label(kept[i])] = 1;
      }
      options.mixing().mix(new Mixing.Features(features, count, preprocessing.channels().count(),
          preprocessing.height(), preprocessing.width(), options.format() == CNN2DFormat.NHWC), labels,
          new SplittableRandom(seed(epoch, -2 - first)));
      INDArray pixels = arrays.copyOf(features, preprocessing.shape(count, options.format()));
      return new DataSet(pixels, Nd4j.create(labels, new long[] {count, classes.size()}, 'c'));
    }
  }
}
