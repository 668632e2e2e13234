package org.resnet4j.spark.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.Precision;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.spark.cluster.ClusterSettings;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.OnBadImage;
import org.resnet4j.training.loop.Engine;
import org.resnet4j.training.loop.Steps;
import org.resnet4j.training.loop.Trainer;
import org.resnet4j.training.loop.TrainingObserver;
import org.resnet4j.training.loop.TrainingResult;
import org.resnet4j.training.loop.Validation;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.training.recipe.RecipePlan;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.image.Preprocessing;

/** Workers that lack a class, or images, or memory; on a cluster whose defaults name Kryo. */
class UnevenShardsTest {
  private static final List<String> CLASSES = List.of("red", "green", "rare");
  private static final Preprocessing PIXELS =
      Preprocessing.unit(16).withChannelStatistics(List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25));
  private static final int IMAGES = 32;
  private static final int BATCH = 8;
  private static final long SEED = 5;
  private static final Shards SHARDS = new Shards(IMAGES, 2, BATCH / 2, SEED, false);

  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    SparkConf conf = new SparkConf().setMaster("local[1]").setAppName("test").set("spark.ui.enabled", "false")
        .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    assertTrue(ClusterSettings.complete(conf).stream().anyMatch(warning -> warning.contains("Java's instead")));
    spark = new JavaSparkContext(conf);
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  /** What happens to an image when it is read. */
  private enum Fate { READ, GONE, NO_ROOM, NO_NETWORK }

  /** A serializable choice of images. */
  private interface Some extends IntPredicate, Serializable { }

  /** Some of the images have the third class, and some come to grief. */
  private record Images(ColourImages images, Some rare, Some touched, Fate fate) implements ImageSource, Serializable {
    @Override
    public int size() {
      return images.size();
    }

    @Override
    public int label(int index) {
      return rare.test(index) ? 2 : images.label(index);
    }

    @Override
    public String name(int index) {
      return images.name(index);
    }

    @Override
    public BufferedImage image(int index) {
      if (touched.test(index)) {
        switch (fate) {
          case GONE -> throw ImageException.unreadable(name(index), new FileNotFoundException());
          case NO_ROOM -> throw new OutOfMemoryError("Physical memory usage is too high");
          case NO_NETWORK -> throw new DataException(DataException.Kind.UNREADABLE, name(index) + ": no answer");
          default -> { }
        }
      }
      return images.image(index);
    }
  }

  private static Images images(Some rare, Some touched, Fate fate) {
    return new Images(new ColourImages(IMAGES, 1), rare, touched, fate);
  }

  private static Recipe recipe(String more) {
    return Recipe.parse("""
        name: uneven
        model: cifar_resnet8
        batch: 8
        phases:
          - {name: all, epochs: 1, rate: {kind: constant, peak: 0.05}}
        optimizer: {kind: sgd, momentum: 0.9}
        """ + more, "of the test");
  }

  private static ComputationGraph net() {
    return ResNets.named("cifar_resnet8").numClasses(CLASSES.size()).inputShape(3, 16, 16).seed(4).build().init();
  }

  private static SparkSteps steps(Recipe recipe, Images images, int workers, Averaging averaging) {
    return new SparkSteps(spark, new SparkSteps.Settings(recipe, SEED, CLASSES, PIXELS, CNN2DFormat.NCHW,
        OnBadImage.SKIP, images, new Computing(Engine.DL4J, Precision.FLOAT32, 1), workers, averaging, 0));
  }

  private static TrainingResult train(Recipe recipe, Steps steps, ComputationGraph net) throws IOException {
    try (ImageBatches validation = new ImageBatches(new ColourImages(8, 2), CLASSES, PIXELS,
        BatchOptions.evaluation(8))) {
      return new Trainer(RecipePlan.of(recipe, net, steps.images(), SEED), new TrainingObserver() {})
          .train(net, steps, Validation.on(CLASSES, validation));
    }
  }

  private static RuntimeException failing(Images images, Averaging averaging) {
    return assertThrows(RuntimeException.class,
        () -> train(recipe(""), steps(recipe(""), images, 2, averaging), net()));
  }

  /** The mean of what two machines come to by themselves, one of which has never seen the class. */
  @Test
  void aClassThatAWorkerLacks() throws IOException {
    int only = SHARDS.of(0, i -> 0)[3];
    Images images = images(i -> i == only, i -> false, Fate.READ);
    INDArray mean = alone(images, 0).add(alone(images, 1)).div(2);
    TrainingResult together = train(recipe(""), steps(recipe(""), images, 2, new Averaging.Parameters(4)), net());
    assertTrue(mean.equalsWithEps(together.graph().params(), 1e-6));
  }

  private static INDArray alone(Images images, int worker) throws IOException {
    Recipe half = recipe("").withBatch(BATCH / 2);
    long seed = SHARDS.seed(worker, SEED);
    ComputationGraph net = net();
    try (ImageBatches batches = new ImageBatches(images.selected(SHARDS.of(worker, images::label)), CLASSES, PIXELS,
        RecipePlan.batches(half, seed))) {
      return train(half, Steps.of(batches), net).graph().params();
    }
  }

  @Test
  void balancedSamplingNeedsEachClassWithEachWorkerAndDealsItOut() throws IOException {
    Recipe balanced = recipe("balance: sampling\n");
    Images two = images(i -> i == 3 || i == 8, i -> false, Fate.READ);
    Shards dealt = new Shards(IMAGES, 2, BATCH / 2, SEED, true);
    for (int worker = 0; worker < 2; worker++) {
      int[] counts = new int[CLASSES.size()];
      IntStream.of(dealt.of(worker, two::label)).map(two::label).forEach(label -> counts[label]++);
      assertEquals(1, counts[2]);
      assertEquals(15, counts[0] + counts[1]);
      assertTrue(Math.abs(counts[0] - counts[1]) <= 1);
    }
    assertArrayEquals(IntStream.range(0, IMAGES).toArray(), IntStream.concat(IntStream.of(dealt.of(0, two::label)),
        IntStream.of(dealt.of(1, two::label))).sorted().toArray());
    assertEquals(4, train(balanced, steps(balanced, two, 2, new Averaging.Gradients()), net()).epochs().get(0)
        .iteration());

    ClusterException refused = assertThrows(ClusterException.class,
        () -> steps(balanced, two, 4, new Averaging.Gradients()));
    assertEquals(ExitCode.USAGE, refused.exitCode());
    assertTrue(refused.getMessage().startsWith("Class rare: expected an image for each of the 4 workers"),
        refused.getMessage());
  }

  /** It is as if the other worker were alone. */
  @Test
  void aWorkerAllOfWhoseImagesAreGone() throws IOException {
    int[] gone = IntStream.of(SHARDS.of(1, i -> 0)).sorted().toArray();
    Images images = images(i -> false, i -> java.util.Arrays.binarySearch(gone, i) >= 0, Fate.GONE);
    SparkSteps steps = steps(recipe(""), images, 2, new Averaging.Parameters(4));
    TrainingResult together = train(recipe(""), steps, net());
    assertTrue(alone(images, 0).equalsWithEps(together.graph().params(), 1e-6));
    assertEquals(gone.length, steps.skipped().size());
  }

  @Test
  void noImageLeft() {
    RuntimeException failed = failing(images(i -> false, i -> true, Fate.GONE), new Averaging.Gradients());
    assertEquals(DataException.class, failed.getClass(), failed::toString);
    assertTrue(failed.getMessage().contains("colour"), failed.getMessage());
  }

  /** As a sentence, and this process, whose threads the tasks are, goes on. */
  @Test
  void aTaskWithoutMemory() {
    RuntimeException failed = failing(images(i -> false, i -> i == 7, Fate.NO_ROOM), new Averaging.Gradients());
    assertEquals(ClusterException.class, failed.getClass(), failed::toString);
    assertTrue(failed.getMessage().startsWith("Out of memory in the driver on "), failed.getMessage());
    assertTrue(failed.getMessage().contains("spark.executor.memoryOverhead"), failed.getMessage());
  }

  @Test
  void whatATaskSaysIsSaid() {
    for (Averaging averaging : List.of(new Averaging.Gradients(), new Averaging.Parameters(2))) {
      RuntimeException failed = failing(images(i -> false, i -> i == 7, Fate.NO_NETWORK), averaging);
      assertEquals(DataException.class, failed.getClass(), failed::toString);
      assertEquals("colour 7: no answer", failed.getMessage());
    }
  }
}
