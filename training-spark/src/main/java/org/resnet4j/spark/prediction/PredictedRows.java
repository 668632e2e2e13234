package org.resnet4j.spark.prediction;

import java.awt.image.BufferedImage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;
import org.resnet4j.spark.data.EncodedImage;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.zoo.classify.Prediction;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.image.PixelTables;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * A task's rows, one an image, in the images' order: threads of its own read and decode some batches ahead.
 *
 * <p>Every batch is computed in full, the last one and those with damaged images with zeros in the gaps. Kernels are
 * chosen by a batch's size, and an image's last bits depend on that, but not on what is beside it: so nothing depends
 * on how images are dealt out to tasks. (Deeplearning4j's own computation treats the last rows of a batch that is no
 * multiple of 8 otherwise. Listed images are dealt out in whole batches, so that each has its place.)
 */
final class PredictedRows implements Iterator<Row> {
  private static final int BATCHES_AHEAD = 3;

  private final PredictionJob job;
  private final List<String> classes;
  private final Preprocessing preprocessing;
  private final PixelTables tables;
  private final Iterator<EncodedImage> images;
  private final HeldModel model;
  private final ExecutorService readers;
  private final Deque<Batch> ahead = new ArrayDeque<>();
  /** Arrays of batches that were computed: new ones, of tens of megabytes, would fill the heap with garbage. */
  private final Deque<float[]> spare = new ArrayDeque<>();
  private Iterator<Row> ready = Collections.emptyIterator();

  private PredictedRows(PredictionJob job, Iterator<EncodedImage> images) {
    this.job = job;
    this.images = images;
    classes = List.of(job.classes());
    preprocessing = Preprocessing.fromJson(job.preprocessing());
    tables = preprocessing.tables();
    model = HeldModel.take(job);
    readers = Executors.newFixedThreadPool(job.computing().threads(), task -> {
      Thread thread = new Thread(task, "predicted-images");
      thread.setDaemon(true);
      return thread;
    });
  }

  /** For a task of Spark's, at whose end all is freed. */
  static Iterator<Row> of(PredictionJob job, Iterator<EncodedImage> images) {
    PredictedRows rows = new PredictedRows(job, images);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> rows.close());
    return rows;
  }

  private void close() {
    readers.shutdownNow();
    model.giveBack();
  }

  @Override
  public boolean hasNext() {
    while (!ready.hasNext()) {
      while (ahead.size() < BATCHES_AHEAD && images.hasNext()) {
        ahead.add(new Batch());
      }
      if (ahead.isEmpty()) {
        return false;
      }
      ready = ahead.remove().rows().iterator();
    }
    return true;
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no image is left");
    }
    return ready.next();
  }

  private final class Batch {
    private final List<EncodedImage> taken = new ArrayList<>();
    private final List<Future<String>> errors = new ArrayList<>();
    private final float[] pixels;

    Batch() {
      float[] kept = spare.poll();
      pixels = kept != null ? kept : new float[Math.multiplyExact(job.batch(), preprocessing.inputLength())];
      while (taken.size() < job.batch() && images.hasNext()) {
        EncodedImage image = images.next();
        int offset = taken.size() * preprocessing.inputLength();
        taken.add(image);
        errors.add(readers.submit(() -> read(image, offset)));
      }
    }

    /** Why it can't be read; null if it was. */
    private String read(EncodedImage image, int offset) {
      try {
        BufferedImage decoded = ImageDecoder.DEFAULT.decode(image.content().get(), image.path());
        tables.normalize(preprocessing.fit(decoded), job.format(), pixels, offset);
        return null;
      } catch (ImageException e) {
        return e.reason();
      }
    }

    List<Row> rows() {
      List<String> reasons = errors.stream().map(Batch::await).toList();
      float[][][] outputs = null;
      if (reasons.contains(null)) {
        for (int slot = 0; slot < job.batch(); slot++) {
          if (slot >= reasons.size() || reasons.get(slot) != null) {
            int from = slot * preprocessing.inputLength();
            Arrays.fill(pixels, from, from + preprocessing.inputLength(), 0);
          }
        }
        outputs = model.output(pixels, preprocessing.shape(job.batch(), job.format()));
      }
      spare.add(pixels);
      List<Row> rows = new ArrayList<>();
      for (int slot = 0; slot < taken.size(); slot++) {
        EncodedImage image = taken.get(slot);
        rows.add(reasons.get(slot) != null
            ? PredictionTable.damaged(image.path(), image.label(), reasons.get(slot), job.features())
            : PredictionTable.row(image.path(), image.label(), Prediction.best(outputs[0][slot], classes, job.top()),
                job.features() ? outputs[1][slot] : null));
      }
      return rows;
    }

    private static String await(Future<String> read) {
      try {
        return read.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DataException(Kind.INTERRUPTED, "interrupted while waiting for images", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) e.getCause();
      }
    }
  }
}
