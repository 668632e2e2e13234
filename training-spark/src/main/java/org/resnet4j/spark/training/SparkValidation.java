package org.resnet4j.spark.training;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.training.augment.FlippedPrediction;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Network;
import org.resnet4j.training.loop.Prediction;
import org.resnet4j.training.loop.Validation;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * Predictions of a cluster's workers, in the images' order: each worker has a run of whole batches, the same batches as
 * one machine would compute, so that each image gets what it would get there.
 */
public final class SparkValidation implements Validation {
  private final JavaSparkContext spark;
  private final Settings settings;

  /**
   * What is predicted, and how.
   *
   * @param count of the images
   * @param flipped whether each image is seen with its mirror image
   */
  public record Settings(String[] classes, String preprocessing, CNN2DFormat format, Images images, int count,
                         int batch, Computing computing, boolean flipped, int workers)
      implements Serializable { }

  public SparkValidation(JavaSparkContext spark, Settings settings) {
    this.spark = spark;
    this.settings = settings;
  }

  private record Net(String configuration, float[] parameters) implements Serializable { }

  @Override
  public Evaluation of(ComputationGraph graph, IntConsumer imagesDone) {
    Broadcast<Net> net = spark.broadcast(new Net(graph.getConfiguration().toJson(),
        graph.params().reshape(graph.params().length()).toFloatVector()));
    Settings of = settings;
    try {
      List<Prediction> predictions = spark
          .parallelize(IntStream.range(0, settings.workers()).boxed().toList(), settings.workers())
          .flatMap(worker -> predicted(of, net.value(), worker)).collect();
      imagesDone.accept(predictions.size());
      return new Evaluation(List.of(settings.classes()), predictions);
    } finally {
      net.destroy();
    }
  }

  private static Iterator<Prediction> predicted(Settings of, Net net, int worker) {
    int batches = (of.count() + of.batch() - 1) / of.batch();
    int from = Math.min(of.count(), (int) ((long) batches * worker / of.workers()) * of.batch());
    int to = Math.min(of.count(), (int) ((long) batches * (worker + 1) / of.workers()) * of.batch());
    if (from == to) {
      return List.<Prediction>of().iterator();
    }
    LayerHelpers.enable();
    ComputationGraph graph = new ComputationGraph(ComputationGraphConfiguration.fromJson(net.configuration()));
    graph.init(Nd4j.createFromArray(net.parameters()), false);
    List<Prediction> predictions = new ArrayList<>();
    try (Network network = open(of, graph);
        ImageBatches images = new ImageBatches(of.images().open().selected(IntStream.range(from, to).toArray()),
            List.of(of.classes()), Preprocessing.fromJson(of.preprocessing()),
            BatchOptions.evaluation(of.batch()).withFormat(of.format()).withThreads(of.computing().threads())
                .withFreesBatches(true))) {
      for (Prediction p : Evaluation.of(network, List.of(of.classes()), images, done -> { }).predictions()) {
        predictions.add(p.at(from + p.index()));
      }
    }
    graph.close();
    return predictions.iterator();
  }

  private static Network open(Settings of, ComputationGraph graph) {
    Network network = of.computing().engine().open(graph, of.computing().options());
    return of.flipped() ? new FlippedPrediction(network, of.format()) : network;
  }
}
