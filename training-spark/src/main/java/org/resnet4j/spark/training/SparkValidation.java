package org.resnet4j.spark.training;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.spark.cluster.Answer;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.spark.cluster.JobFailure;
import org.resnet4j.training.augment.FlippedPrediction;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.cli.Site.Tested;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.OnBadImage;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Network;
import org.resnet4j.training.loop.Prediction;
import org.resnet4j.training.loop.Validation;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * Predictions of a cluster's workers, in the images' order: each task has a run of whole batches, the same batches as
 * one machine would compute, so that each image gets what it would get there.
 */
public final class SparkValidation implements Validation, AutoCloseable {
  private static final int TASKS_OF_WORKER = 4;
  private static final int POLL_MILLIS = 200;

  private final JavaSparkContext spark;
  private final Settings settings;
  private final Broadcast<Settings> sent;

  /**
   * What is predicted, and how.
   *
   * @param images serializable: they are sent to all workers
   * @param flipped whether each image is seen with its mirror image
   */
  public record Settings(String[] classes, String preprocessing, CNN2DFormat format, OnBadImage onBadImage,
                         ImageSource images, int batch, Computing computing, boolean flipped, int workers)
      implements Serializable {
    int batches() {
      return (images.size() + batch - 1) / batch;
    }

    int tasks() {
      return Math.max(1, Math.min(batches(), TASKS_OF_WORKER * workers));
    }

    /** Where a task's images begin. */
    int begin(int task) {
      return (int) Math.min(images.size(), (long) batches() * task / tasks() * batch);
    }
  }

  /** Sends the settings; a graph is sent each time. */
  public SparkValidation(JavaSparkContext spark, Settings settings) {
    this.spark = spark;
    this.settings = settings;
    sent = spark.broadcast(settings);
  }

  @Override
  public Evaluation of(ComputationGraph graph, IntConsumer imagesDone) {
    return test(graph, imagesDone).evaluation();
  }

  /** The same, with the images that could be read. */
  public Tested test(ComputationGraph graph, IntConsumer imagesDone) {
    Broadcast<SentGraph> net = spark.broadcast(SentGraph.of(graph));
    Broadcast<Settings> of = sent;
    LongAccumulator done = spark.sc().longAccumulator();
    try {
      JavaFutureAction<List<Answer<List<Prediction>>>> predicting = spark
          .parallelize(IntStream.range(0, settings.tasks()).boxed().toList(), settings.tasks())
          .map(task -> Answer.of(() -> predicted(of.value(), net.value(), task, done))).collectAsync();
      List<Prediction> predictions =
          awaited(predicting, done, imagesDone).stream().flatMap(answer -> answer.get().stream()).toList();
      List<Prediction> inOrder = new ArrayList<>();
      for (Prediction prediction : predictions) {
        inOrder.add(prediction.at(inOrder.size()));
      }
      return new Tested(new Evaluation(List.of(settings.classes()), inOrder),
          predictions.stream().mapToInt(Prediction::index).toArray());
    } finally {
      net.destroy();
    }
  }

  /** A task that was done twice is counted twice, but for what goes beyond all. */
  private <T> T awaited(JavaFutureAction<T> predicting, LongAccumulator done, IntConsumer imagesDone) {
    int told = 0;
    try {
      while (true) {
        int now = (int) Math.min(settings.images().size(), done.value());
        if (now > told) {
          imagesDone.accept(now - told);
          told = now;
        }
        try {
          return predicting.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          // Look again how far it is.
        }
      }
    } catch (ExecutionException e) {
      throw JobFailure.of(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException(ExitCode.FAILURE, "Interrupted while workers predicted.");
    } finally {
      predicting.cancel(true);
    }
  }

  /** Their indices are the images'. */
  private static List<Prediction> predicted(Settings of, SentGraph net, int task, LongAccumulator done) {
    int from = of.begin(task);
    int[] mine = IntStream.range(from, of.begin(task + 1)).toArray();
    ComputationGraph graph = net.open();
    List<Integer> seen = new ArrayList<>();
    try (Network network = open(of, graph);
        ImageBatches images = new ImageBatches(of.images().selected(mine), List.of(of.classes()),
            Preprocessing.fromJson(of.preprocessing()), BatchOptions.evaluation(of.batch()).withFormat(of.format())
                .withThreads(of.computing().threads()).withOnBadImage(of.onBadImage()).withFreesBatches(true))) {
      List<Prediction> predictions = Evaluation.of(network, List.of(of.classes()), images,
          count -> IntStream.of(images.lastBatch()).forEach(seen::add)).predictions();
      done.add(mine.length);
      return predictions.stream().map(p -> p.at(from + seen.get(p.index()))).toList();
    } finally {
      graph.close();
    }
  }

  private static Network open(Settings of, ComputationGraph graph) {
    Network network = of.computing().engine().open(graph, of.computing().options());
    return of.flipped() ? new FlippedPrediction(network, of.format()) : network;
  }

  @Override
  public void close() {
    sent.destroy();
  }
}
