package org.resnet4j.spark.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.engine.Precision;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.OnBadImage;
import org.resnet4j.training.loop.Engine;
import org.resnet4j.training.loop.Steps;
import org.resnet4j.training.loop.Trainer;
import org.resnet4j.training.loop.TrainingObserver;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.training.loop.TrainingResult;
import org.resnet4j.training.loop.Validation;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.training.recipe.RecipePlan;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.image.Preprocessing;

/** Within one process: Spark's local threads in place of executors. */
class SparkStepsTest {
  private static final List<String> CLASSES = List.of("red", "green");
  private static final Preprocessing PIXELS =
      Preprocessing.unit(16).withChannelStatistics(List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25));
  private static final int IMAGES = 40;
  private static final ColourImages TRAINING = new ColourImages(IMAGES, 1);
  private static final ColourImages VALIDATION = new ColourImages(20, 2);

  private static Recipe recipe(String more) {
    return Recipe.parse("""
        name: colours
        model: cifar_resnet8
        batch: 8
        phases:
          - {name: head, epochs: 1, frozenThrough: features, rate: {kind: constant, peak: 0.1}}
          - {name: all, epochs: 2, rate: {kind: cosine, peak: 0.1}}
        optimizer: {kind: sgd, momentum: 0.9, nesterov: true}
        weightDecay: {factor: 1e-3, decayed: all}
        variation: {crop: {kind: pad, pixels: 2}, flip: true, mixup: 0.2}
        """ + more, "of the test");
  }

  private static ComputationGraph net() {
    return ResNets.named("cifar_resnet8").numClasses(2).inputShape(3, 16, 16).seed(4).build().init();
  }

  private static TrainingResult alone(Recipe recipe) throws IOException {
    ComputationGraph net = net();
    TrainingPlan plan = RecipePlan.of(recipe, net, IMAGES, 5);
    try (ImageBatches training =
            new ImageBatches(TRAINING, CLASSES, PIXELS, RecipePlan.batches(recipe, 5).withThreads(1));
        ImageBatches validation =
            new ImageBatches(VALIDATION, CLASSES, PIXELS, BatchOptions.evaluation(8))) {
      return new Trainer(plan, new TrainingObserver() {})
          .train(net, Steps.of(training), Validation.on(CLASSES, validation));
    }
  }

  private static TrainingResult together(Recipe recipe, Averaging averaging, int workers, int cores, Engine engine)
      throws IOException {
    ComputationGraph net = net();
    TrainingPlan plan = RecipePlan.of(recipe, net, IMAGES, 5);
    Computing computing = new Computing(engine, Precision.FLOAT32, 1);
    try (JavaSparkContext spark = new JavaSparkContext(conf(cores))) {
      return new Trainer(plan, new TrainingObserver() {}).train(net,
          new SparkSteps(spark, new SparkSteps.Settings(recipe, 5, CLASSES, PIXELS, CNN2DFormat.NCHW, OnBadImage.SKIP,
              TRAINING,
              computing, workers, averaging, 0)),
          new SparkValidation(spark, new SparkValidation.Settings(CLASSES.toArray(String[]::new), PIXELS.toJson(),
              CNN2DFormat.NCHW, OnBadImage.SKIP, VALIDATION, 8, computing, false, workers)));
    }
  }

  private static SparkConf conf(int cores) {
    return new SparkConf().setMaster("local[" + cores + "]").setAppName("test").set("spark.ui.enabled", "false");
  }

  private static List<List<Object>> figures(TrainingResult result) {
    return result.epochs().stream().map(e -> List.<Object>of(e.epoch(), e.trainAccuracy(),
        e.validationLoss(), e.validationAccuracy(), e.learningRate(), e.phase(), e.iteration())).toList();
  }

  private static List<Averaging> ways() {
    return List.of(new Averaging.Gradients(), new Averaging.Parameters(3));
  }

  /** To the bit: weights, running statistics, losses, predictions; a round's training losses are summed by themselves. */
  @ParameterizedTest
  @MethodSource("ways")
  void oneWorkerIsOneMachine(Averaging averaging) throws IOException {
    TrainingResult alone = alone(recipe(""));
    TrainingResult together = together(recipe(""), averaging, 1, 1, Engine.DL4J);
    assertEquals(alone.graph().params(), together.graph().params());
    assertEquals(figures(alone), figures(together));
    for (int i = 0; i < alone.epochs().size(); i++) {
      assertEquals(alone.epochs().get(i).trainLoss(), together.epochs().get(i).trainLoss(), 1e-12);
    }
    assertNotEquals(net().params(), alone.graph().params());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void whoDoesTheWorkChangesNothing(Averaging averaging) throws IOException {
    TrainingResult one = together(recipe(""), averaging, 4, 1, Engine.ONEDNN);
    TrainingResult two = together(recipe(""), averaging, 4, 2, Engine.ONEDNN);
    assertEquals(one.graph().params(), two.graph().params());
    assertTrue(two.epochs().get(2).validationAccuracy() >= 0.9, "they learn, too");
  }

  /** Of 35 images one worker has 18, the other 17: in a third batch of 8, two are left of the one's, one of the other's. */
  @Test
  void aWorkerWithoutAStepIsNotAveraged() throws IOException {
    ComputationGraph net = net();
    Recipe recipe = recipe("");
    TrainingPlan plan = RecipePlan.of(recipe.withBatch(16), net, 35, 5);
    Computing computing = new Computing(Engine.DL4J, Precision.FLOAT32, 1);
    double before = net.params().norm2Number().doubleValue();
    try (JavaSparkContext spark = new JavaSparkContext(conf(1));
        ImageBatches validation = new ImageBatches(VALIDATION, CLASSES, PIXELS, BatchOptions.evaluation(8))) {
      TrainingResult result = new Trainer(plan, new TrainingObserver() {}).train(net,
          new SparkSteps(spark, new SparkSteps.Settings(recipe.withBatch(16), 5, CLASSES, PIXELS, CNN2DFormat.NCHW,
              OnBadImage.SKIP, new ColourImages(35, 1), computing, 2, new Averaging.Parameters(1), 0)),
          Validation.on(CLASSES, validation));
      double after = result.graph().params().norm2Number().doubleValue();
      assertTrue(after > 0.9 * before && after < 1.5 * before, before + " became " + after);
      assertEquals(3 * 3, result.epochs().get(2).iteration());
    }
  }

  /** One image's file is gone when its turn comes. */
  private record Gone(ColourImages images, int gone) implements ImageSource, Serializable {
    @Override
    public int size() {
      return images.size();
    }

    @Override
    public int label(int index) {
      return images.label(index);
    }

    @Override
    public String name(int index) {
      return images.name(index);
    }

    @Override
    public BufferedImage image(int index) {
      if (index == gone) {
        throw ImageException.unreadable(name(index), new FileNotFoundException());
      }
      return images.image(index);
    }
  }

  @Test
  void anImageThatVanishedIsLeftOutAndListedOrEndsTheRun() throws IOException {
    Recipe recipe = recipe("");
    Computing computing = new Computing(Engine.DL4J, Precision.FLOAT32, 1);
    try (JavaSparkContext spark = new JavaSparkContext(conf(1));
        ImageBatches validation = new ImageBatches(VALIDATION, CLASSES, PIXELS, BatchOptions.evaluation(8))) {
      for (OnBadImage action : List.of(OnBadImage.SKIP, OnBadImage.FAIL)) {
        SparkSteps steps = new SparkSteps(spark, new SparkSteps.Settings(recipe, 5, CLASSES, PIXELS, CNN2DFormat.NCHW,
            action, new Gone(TRAINING, 7), computing, 2, new Averaging.Gradients(), 0));
        ComputationGraph net = net();
        Trainer trainer = new Trainer(RecipePlan.of(recipe, net, IMAGES, 5), new TrainingObserver() {});
        Validation measured = Validation.on(CLASSES, validation);
        if (action == OnBadImage.FAIL) {
          Exception failed = assertThrows(Exception.class, () -> trainer.train(net, steps, measured));
          assertTrue(failed.getMessage().contains("colour 7"), failed.getMessage());
        } else {
          trainer.train(net, steps, measured);
          assertEquals(List.of("colour 7"), steps.skipped().stream().map(BadImage::file).toList());
        }
      }
    }
  }

  /** No step is ever better than none. */
  @Test
  void withoutGainInTheWorkersValidationAPhaseEnds() throws IOException {
    Recipe recipe = Recipe.parse("""
        name: nothing-learned
        model: cifar_resnet8
        batch: 8
        phases:
          - {name: all, epochs: 5, rate: {kind: constant, peak: 1e-12}}
        optimizer: {kind: sgd, momentum: 0}
        patience: 2
        """, "of the test");
    assertEquals(3, together(recipe, new Averaging.Gradients(), 2, 2, Engine.DL4J).epochs().size());
  }

  @Test
  void whatCannotBeSharedOutIsRefused() {
    refused("a multiple of the 3 workers", "", new Averaging.Gradients(), 3);
    refused("two images each", "", new Averaging.Gradients(), 8);
    refused("ema", "ema: {decay: 0.9, everySteps: 1}\n", new Averaging.Parameters(2), 2);
  }

  private static void refused(String sentence, String more, Averaging averaging, int workers) {
    ClusterException refused = assertThrows(ClusterException.class,
        () -> together(recipe(more), averaging, workers, 1, Engine.DL4J));
    assertTrue(refused.getMessage().contains(sentence), refused.getMessage());
  }
}
