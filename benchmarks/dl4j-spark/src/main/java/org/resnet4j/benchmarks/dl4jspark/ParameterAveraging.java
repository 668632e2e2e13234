package org.resnet4j.benchmarks.dl4jspark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Images a second of dl4j-spark's {@link ParameterAveragingTrainingMaster}, one line {@code images/s ...} a round of
 * averaging. Images are in the workers' memory, as floats, before the clock starts; none is cropped or mirrored.
 *
 * <p>Arguments: the net's configuration in JSON, a folder {@code CLASS/...} of images, workers, images of a worker's
 * step, steps of a round, seconds after which no further round begins, whether layers have their oneDNN helpers.
 */
public final class ParameterAveraging {
  private static final String HELPERS_OFF = "org.eclipse.deeplearning4j.helpers.disable";
  private static final double NANOS = 1e9;

  private ParameterAveraging() {}

  public static void main(String[] arguments) throws IOException {
    String json = Files.readString(Path.of(arguments[0]));
    int workers = Integer.parseInt(arguments[2]);
    int batch = Integer.parseInt(arguments[3]);
    int every = Integer.parseInt(arguments[4]);
    double seconds = Double.parseDouble(arguments[5]);
    boolean helpers = Boolean.parseBoolean(arguments[6]);
    String disabled = String.valueOf(!helpers);
    System.setProperty(HELPERS_OFF, disabled);
    SparkConf conf = new SparkConf().setAppName("dl4j-spark").set("spark.executor.extraJavaOptions", "-D" + HELPERS_OFF
        + "=" + disabled + " -Dorg.bytedeco.javacpp.maxbytes=3g -Dorg.bytedeco.javacpp.maxphysicalbytes=4g");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      List<LabelledFiles> batches = LabelledFiles.batches(Path.of(arguments[1]), batch, workers * every);
      JavaRDD<DataSet> warmUp = read(spark, batches.subList(0, workers), workers);
      JavaRDD<DataSet> round = read(spark, batches, workers);
      long helped = spark.parallelize(List.of(json), 1).map(ParameterAveraging::helped).first();
      if (helpers != helped > 0) {
        throw new IllegalStateException("helpers: expected " + helpers + ", found " + helped + " layers with one");
      }
      ParameterAveragingTrainingMaster master = new ParameterAveragingTrainingMaster.Builder(workers, batch)
          .batchSizePerWorker(batch).averagingFrequency(every).workerPrefetchNumBatches(2)
          .rddTrainingApproach(RDDTrainingApproach.Direct).storageLevel(StorageLevel.MEMORY_ONLY()).build();
      SparkComputationGraph graph = new SparkComputationGraph(spark,
          ComputationGraphConfiguration.fromJson(json), master);
      graph.fit(warmUp);
      long began = System.nanoTime();
      do {
        long start = System.nanoTime();
        graph.fit(round);
        System.out.printf(Locale.ROOT, "images/s %.3f%n",
            (double) workers * batch * every / ((System.nanoTime() - start) / NANOS));
      } while ((System.nanoTime() - began) / NANOS < seconds);
    }
  }

  private static JavaRDD<DataSet> read(JavaSparkContext spark, List<LabelledFiles> batches, int workers) {
    JavaRDD<DataSet> images = spark.parallelize(batches, workers).map(LabelledFiles::read).cache();
    images.count();
    return images;
  }

  /** The layers that have a helper, of a net made where this runs. */
  private static long helped(String json) {
    ComputationGraph graph = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
    graph.init();
    return Stream.of(graph.getLayers()).filter(layer -> layer.getHelper() != null).count();
  }
}
