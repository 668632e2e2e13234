package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * Minibatches of images, decoded ahead by threads of its own: features [N, C, H, W] or [N, H, W, C], one-hot labels
 * [N, classes], float32.
 *
 * <p>What a batch holds depends on images, options, seed and epoch alone, never on threads. A file that vanished or was
 * damaged since it was checked is left out of its batch and listed by {@link #skipped()}, unless the options say FAIL:
 * then {@link #next()} throws {@link DataException}. One thread may iterate at a time; close it after use.
 */
public final class ImageBatches implements DataSetIterator, AutoCloseable {
  private static final int BATCHES_AHEAD = 2;
  /** Images by which others' sizes are judged. */
  private static final int SAMPLES = 16;

  private final transient ImageSource images;
  private final transient List<String> classes;
  private final transient Preprocessing preprocessing;
  private final transient BatchOptions options;
  private final transient ImageCache cache;
  private final transient ThreadPoolExecutor workers;
  private final transient ConcurrentSkipListMap<Integer, BadImage> skipped = new ConcurrentSkipListMap<>();
  private final transient Deque<Batch> ahead = new ArrayDeque<>();
  /** Arrays of batches that ND4J has copied: new ones, of tens of megabytes, would fill the heap with garbage. */
  private final transient Deque<float[]> spare = new ArrayDeque<>();
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
    cache = new ImageCache(options.cacheBytes());
    workers = new ThreadPoolExecutor(options.threads(), options.threads(), 5, TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        task -> {
          Thread thread = new Thread(task, "image-batches");
          thread.setDaemon(true);
          return thread;
        });
    workers.allowCoreThreadTimeOut(true);
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
      Shuffle.apply(order, new SplittableRandom(mix(options.seed(), epoch, -1)));
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
      while (submitted < order.length && ahead.size() < BATCHES_AHEAD) {
        ahead.add(submit());
      }
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

  /** Off the heap, batches pile up until the collector finds that their small objects are garbage. */
  private void freeLast() {
    if (options.freesBatches() && last != null) {
      last.getFeatures().close();
    }
    last = null;
  }

  /** The source's indices of the images that {@link #next()} returned last, in the batch's order. */
  public int[] lastBatch() {
    return lastBatch.clone();
  }

  /** The images that were left out so far, over all epochs. */
  public List<BadImage> skipped() {
    return List.copyOf(skipped.values());
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
    return images.size() == 0 ? 0 : cacheBytes() + (long) BATCHES_AHEAD * Float.BYTES * batchLength();
  }

  private long cacheBytes() {
    long pixels = 0;
    int judged = 0;
    for (int i = 0; i < SAMPLES && i < images.size(); i++) {
      try {
        int index = (int) ((long) i * images.size() / Math.min(SAMPLES, images.size()));
        BufferedImage prepared = prepared(index);
        pixels += (long) prepared.getWidth() * prepared.getHeight();
        judged++;
      } catch (ImageException e) {
        // It is told when its turn comes.
      }
    }
    return judged == 0 ? 0 : Math.min(options.cacheBytes(), ImageCache.BYTES_A_PIXEL * pixels / judged * images.size());
  }

  private BufferedImage prepared(int index) {
    return options.augmentation().prepare(images.image(index), preprocessing);
  }

  private Batch submit() {
    if (workers.isShutdown()) {
      throw new IllegalStateException("these image batches are closed");
    }
    int[] indices = Arrays.copyOfRange(order, submitted, Math.min(order.length, submitted + options.batchSize()));
    submitted += indices.length;
    float[] features = spare.isEmpty() ? new float[batchLength()] : spare.remove();
    List<Future<Boolean>> done = new ArrayList<>(indices.length);
    int drawnIn = epoch;
    int first = submitted - indices.length;
    for (int slot = 0; slot < indices.length; slot++) {
      int index = indices[slot];
      int offset = slot * preprocessing.inputLength();
      long variation = index + (long) repeats[first + slot] * images.size();
      done.add(workers.submit(() -> load(index, mix(options.seed(), drawnIn, variation), features, offset)));
    }
    return new Batch(first, indices, features, done);
  }

  private int batchLength() {
    return Math.multiplyExact(Math.min(options.batchSize(), images.size()), preprocessing.inputLength());
  }

  /** Runs in a worker; false if the image can't be read any more. */
  private boolean load(int index, long seed, float[] features, int offset) {
    try {
      BufferedImage prepared = cache.get(index, () -> prepared(index));
      SplittableRandom random = new SplittableRandom(seed);
      BufferedImage varied = options.augmentation().vary(prepared, preprocessing, random);
      preprocessing.normalize(varied, options.format(), features, offset);
      options.augmentation().finish(features, offset, preprocessing, options.format(), random);
      return true;
    } catch (ImageException e) {
      if (options.onBadImage() == OnBadImage.FAIL) {
        throw new DataException(DataException.Kind.BAD_IMAGE, e.getMessage(), e);
      }
      skipped.put(index, new BadImage(Path.of(images.name(index)), e.reason()));
      return false;
    }
  }

  /** Waits for a batch, closes the gaps of skipped images, and peeks at it if anything is left. */
  private void collect(Batch batch) {
    int length = preprocessing.inputLength();
    int[] kept = new int[batch.indices.length];
    int count = 0;
    for (int slot = 0; slot < batch.indices.length; slot++) {
      if (await(batch.done.get(slot))) {
        System.arraycopy(batch.features, slot * length, batch.features, count * length, length);
        kept[count++] = batch.indices[slot];
      }
    }
    if (count == 0) {
      spare.add(batch.features);
      return;
    }
    float[] labels = new float[count * classes.size()];
    for (int i = 0; i < count; i++) {
      labels[i * classes.size() + images.label(kept[i])] = 1;
    }
    options.mixing().mix(new Mixing.Features(batch.features, count, preprocessing.channels().count(),
        preprocessing.height(), preprocessing.width(), options.format() == CNN2DFormat.NHWC), labels,
        new SplittableRandom(mix(options.seed(), epoch, -2 - batch.first)));
    INDArray features = Nd4j.create(count * length == batch.features.length ? batch.features
        : Arrays.copyOf(batch.features, count * length), preprocessing.shape(count, options.format()), 'c');
    spare.add(batch.features);
    peeked = new DataSet(features, Nd4j.create(labels, new long[] {count, classes.size()}, 'c'));
    peekedImages = Arrays.copyOf(kept, count);
    peekedPosition = batch.first / options.batchSize();
  }

  private boolean await(Future<Boolean> image) {
    try {
      return image.get();
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
    }
  }

  /** Lets images in work come to their end: an interrupted read would look like a damaged file. */
  private void cancelAhead() {
    for (Batch batch : ahead) {
      batch.done.forEach(image -> image.cancel(false));
    }
    ahead.clear();
    submitted = 0;
    peeked = null;
  }

  /** Ends the threads after the images in work; {@link #next()} throws {@link IllegalStateException} from here on. */
  @Override public void close() {
    cancelAhead();
    freeLast();
    workers.shutdown();
    spare.clear();
    cache.clear();
  }

  /** A seed of its own for each (seed, epoch, index): the finalizer of SplittableRandom over each in turn. */
  private static long mix(long seed, int epoch, long index) {
    return new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch).nextLong() + index;
  }

  private record Batch(int first, int[] indices, float[] features, List<Future<Boolean>> done) { }

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
