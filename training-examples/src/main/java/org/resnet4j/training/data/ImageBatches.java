package org.resnet4j.training.data;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * Minibatches of images, made ahead by threads of its own: features [N, C, H, W] or [N, H, W, C], one-hot labels
 * [N, classes], float32.
 *
 * <p>What a batch holds depends on images, options, seed and epoch alone, never on threads. A file that vanished or was
 * damaged since it was checked is left out of its batch and listed by {@link #skipped()}, unless the options say FAIL:
 * then {@link #next()} throws {@link DataException}. One thread may iterate at a time; close it after use.
 */
public final class ImageBatches implements DataSetIterator, AutoCloseable {
  /** Beside the one that is handed out next. */
  private static final int BATCHES_AHEAD = 2;

  private final transient ImageSource images;
  private final transient List<String> classes;
  private final transient Preprocessing preprocessing;
  private final transient BatchOptions options;
  private final transient BatchPipeline pipeline;
  private final transient Deque<BatchPipeline.Batch> ahead = new ArrayDeque<>();
  private transient int[] lastBatch = {};
  private transient int[] order;
  private transient int[] repeats;
  private transient int submitted;
  private transient int epoch;
  private transient int passed;
  private transient int peekedPosition;
  private transient boolean begun;
  private transient DataSet last;
  private transient DataSet peeked;
  private transient int[] peekedImages;
  private transient long waitedNanos;

  /**
   * @param classes the class names, indexed by the images' labels
   * @throws IllegalArgumentException if a label has no class
   */
  public ImageBatches(List<LabeledImage> images, List<String> classes, Preprocessing preprocessing,
      BatchOptions options) {
    this(new FileImages(images), classes, preprocessing, options);
  }

  /**
   * @param classes the class names, indexed by the images' labels
   * @throws IllegalArgumentException if a label has no class
   */
  public ImageBatches(ImageSource images, List<String> classes, Preprocessing preprocessing, BatchOptions options) {
    this.images = images;
    this.classes = List.copyOf(classes);
    this.preprocessing = preprocessing;
    this.options = options;
    for (int i = 0; i < images.size(); i++) {
      if (images.label(i) < 0 || images.label(i) >= classes.size()) {
        throw new IllegalArgumentException(images.name(i) + ": label must be 0 to " + (classes.size() - 1) + ", found "
            + images.label(i));
      }
    }
    pipeline = new BatchPipeline(images, this.classes, preprocessing, options);
    epoch(0);
  }

  /** Starts the given epoch, 0-based, from its first batch. */
  public void epoch(int epoch) {
    position(epoch, 0);
  }

  /** Goes to a batch of an epoch, both 0-based: what follows is what would have followed there. */
  public void position(int epoch, int batch) {
    cancelAhead();
    this.epoch = epoch;
    begun = batch > 0;
    passed = batch;
    order = order(epoch);
    repeats = repeats(order);
    submitted = (int) Math.min(order.length, (long) batch * options.batchSize());
  }

  private int[] order(int epoch) {
    IntStream indices = IntStream.range(0, images.size());
    if (options.sampling() == Sampling.BALANCED && images.size() > 0) {
      return BalancedOrder.of(indices.map(images::label).toArray(), classes.size(), options.seed(), epoch);
    }
    int[] order = indices.toArray();
    if (options.sampling() == Sampling.SHUFFLED) {
      Shuffle.apply(order, new SplittableRandom(pipeline.seed(epoch, -1)));
    }
    return order;
  }

  /** How often each place's image came before in the epoch, so that it is varied in another way each time. */
  private int[] repeats(int[] order) {
    int[] seen = new int[images.size()];
    return Arrays.stream(order).map(index -> seen[index]++).toArray();
  }

  /** How many batches of the epoch {@link #next()} has gone past, for {@link #position(int, int)}. */
  public int position() {
    return passed;
  }

  /** The epoch that {@link #next()} draws from, 0-based. */
  public int epoch() {
    return epoch;
  }

  /** Starts the next epoch; nothing happens if no batch of the current one was taken. */
  @Override public void reset() {
    if (begun) {
      epoch(epoch + 1);
    }
  }

  @Override public boolean hasNext() {
    while (peeked == null && (submitted < order.length || !ahead.isEmpty())) {
      begin(BATCHES_AHEAD + 1);
      collect(ahead.remove());
    }
    return peeked != null;
  }

  @Override public DataSet next() {
    if (!hasNext()) {
      throw new NoSuchElementException("epoch " + epoch + " is over: call reset() or epoch(int)");
    }
    freeLast();
    last = peeked;
    lastBatch = peekedImages;
    passed = peekedPosition + 1;
    peeked = null;
    begun = true;
    return last;
  }

  /** Seconds that {@link #next()} and {@link #hasNext()} have waited for batches since the beginning. */
  public double waitedSeconds() {
    return waitedNanos / 1e9;
  }

  /** Off the heap, batches pile up until the collector finds that their small objects are garbage. */
  private void freeLast() {
    if (options.freesBatches() && last != null) {
      pipeline.giveBack(last);
    }
    last = null;
  }

  /** The source's indices of the images that {@link #next()} returned last, in the batch's order. */
  public int[] lastBatch() {
    return lastBatch.clone();
  }

  /** The images that were left out so far, over all epochs. */
  public List<BadImage> skipped() {
    return pipeline.skipped();
  }

  /** The images of an epoch. */
  public int size() {
    return images.size();
  }

  /**
   * Bytes of the heap that this will take once every image was read: decoded images that are kept, judged by some of
   * them, and the batches ahead.
   */
  public long heapBytes() {
    return images.size() == 0 ? 0
        : pipeline.cacheBytes() + (BATCHES_AHEAD + 1L) * Float.BYTES * pipeline.batchLength();
  }

  private void begin(int batches) {
    while (submitted < order.length && ahead.size() < batches) {
      int end = Math.min(order.length, submitted + options.batchSize());
      ahead.add(pipeline.begin(epoch, submitted, Arrays.copyOfRange(order, submitted, end),
          Arrays.copyOfRange(repeats, submitted, end)));
      submitted = end;
    }
  }

  /** Waits for a batch, and peeks at it if anything is left of it. */
  private void collect(BatchPipeline.Batch batch) {
    BatchPipeline.Ready ready = await(batch.ready());
    if (ready.data() != null) {
      peeked = ready.data();
      peekedImages = ready.images();
      peekedPosition = batch.first() / options.batchSize();
    }
  }

  private <T> T await(CompletableFuture<T> ready) {
    long begin = System.nanoTime();
    try {
      return ready.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancelAhead();
      throw new DataException(DataException.Kind.INTERRUPTED, "interrupted while waiting for images", e);
    } catch (ExecutionException e) {
      cancelAhead();
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    } finally {
      waitedNanos += System.nanoTime() - begin;
    }
  }

  private void cancelAhead() {
    ahead.forEach(BatchPipeline.Batch::cancel);
    ahead.clear();
    submitted = 0;
    if (peeked != null) {
      pipeline.giveBack(peeked);
      peeked = null;
    }
  }

  /** Ends the threads after the images in work; {@link #next()} throws {@link IllegalStateException} from here on. */
  @Override public void close() {
    cancelAhead();
    freeLast();
    pipeline.close();
  }

  @Override public DataSet next(int count) {
    if (count != options.batchSize()) {
      throw new UnsupportedOperationException("batches are prepared ahead with " + options.batchSize()
          + " images, asked for " + count);
    }
    return next();
  }

  @Override public int inputColumns() {
    return preprocessing.inputLength();
  }

  @Override public int totalOutcomes() {
    return classes.size();
  }

  @Override public boolean resetSupported() {
    return true;
  }

  /** It decodes ahead by itself: another thread in front would only hold more memory. */
  @Override public boolean asyncSupported() {
    return false;
  }

  @Override public int batch() {
    return options.batchSize();
  }

  @Override public void setPreProcessor(DataSetPreProcessor preProcessor) {
    if (preProcessor != null) {
      throw new UnsupportedOperationException("the images are normalised by their Preprocessing already");
    }
  }

  @Override public DataSetPreProcessor getPreProcessor() {
    return null;
  }

  @Override public List<String> getLabels() {
    return classes;
  }
}
