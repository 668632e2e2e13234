package org.resnet4j.training.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.schedule.ISchedule;
import org.resnet4j.training.recipe.Recipe.Initialization;
import org.resnet4j.training.recipe.Recipe.Keep;
import org.resnet4j.training.recipe.Recipe.Pixels;
import org.resnet4j.training.recipe.WeightDecay.Decayed;
import org.resnet4j.zoo.ResNets;

class RecipesTest {
  /** Of CIFAR-10: 50,000 and 45,000 images in batches of 128, the last one smaller. */
  private static final int ALL_IMAGES = 391;
  private static final int WITHOUT_VALIDATION = 352;

  static List<String> names() {
    return Recipe.names();
  }

  private static ISchedule schedule(Phase phase, int stepsPerEpoch) {
    return phase.rate().schedule(phase.steps(stepsPerEpoch), stepsPerEpoch);
  }

  @ParameterizedTest
  @MethodSource("names")
  void isReadPrintedAndReadAgain(String name) {
    Recipe recipe = Recipe.named(name);
    assertEquals(name, recipe.name());
    assertFalse(recipe.description().isBlank());
    assertFalse(recipe.sources().isEmpty());
    assertEquals(recipe.model(), ResNets.spec(recipe.model()).name());
    String printed = recipe.toYaml();
    Recipe again = Recipe.parse(printed, "printed");
    assertEquals(recipe, again);
    assertEquals(printed, again.toYaml());
    assertEquals(List.of(), recipe.differences(again));
    for (var component : Recipe.class.getRecordComponents()) {
      assertTrue(printed.lines().anyMatch(line -> line.startsWith(component.getName() + ":")), component.getName());
    }
  }

  @Test
  void everyFileIsListed() throws IOException, URISyntaxException {
    try (Stream<Path> files = Files.list(Path.of(Recipe.class.getResource("/recipes").toURI()))) {
      assertEquals(Recipe.names().stream().sorted().toList(),
          files.map(file -> file.getFileName().toString().replace(".yaml", "")).sorted().toList());
    }
  }

  @Test
  void thePapersNumbers() {
    Recipe paper = Recipe.named("cifar10-resnet-paper");
    Phase phase = paper.phases().get(0);
    assertEquals(64_000, phase.steps(WITHOUT_VALIDATION));
    ISchedule rate = schedule(phase, WITHOUT_VALIDATION);
    assertEquals(0.1, rate.valueAt(0, 0));
    assertEquals(0.1, rate.valueAt(31_999, 90));
    assertEquals(0.01, rate.valueAt(32_000, 90), 1e-15);
    assertEquals(0.01, rate.valueAt(47_999, 136), 1e-15);
    assertEquals(0.001, rate.valueAt(48_000, 136), 1e-15);
    assertEquals(0.001, rate.valueAt(63_999, 181), 1e-15);
    assertEquals(new Validation.Images(5000), paper.validation());
    assertEquals(128, paper.batch());
    assertEquals(new Optimizer.Sgd(0.9, false), paper.optimizer());
    assertEquals(new WeightDecay(1e-4, Decayed.ALL), paper.weightDecay());
    assertEquals(Variation.cropAndFlip(new Variation.Crop.Pad(4)), paper.variation());
    assertEquals(Initialization.HE_EVERYWHERE, paper.initialization());
    assertFalse(paper.testFlip());
  }

  @Test
  void theReproductionsNumbers() {
    Recipe reproduction = Recipe.named("cifar10-reproduction");
    Phase phase = reproduction.phases().get(0);
    assertEquals(164 * ALL_IMAGES, phase.steps(ALL_IMAGES), "the limit of 64,000 is looked at between epochs");
    assertEquals(200 * 100, phase.steps(100), "at most 200 epochs");
    ISchedule rate = schedule(phase, ALL_IMAGES);
    double[] rates = {0.1, 0.01, 0.001, 1e-4, 1e-5};
    int[] drops = {0, 32_000, 48_000, 52_000, 56_000, 64_124};
    for (int i = 0; i < rates.length; i++) {
      assertEquals(rates[i], rate.valueAt(drops[i], 0), 1e-15);
      assertEquals(rates[i], rate.valueAt(drops[i + 1] - 1, 0), 1e-15);
    }
    assertEquals("cifar_resnet32_conv", reproduction.model());
    assertEquals(new WeightDecay(5e-4, Decayed.ALL), reproduction.weightDecay());
    assertEquals(new Validation.None(), reproduction.validation());
    assertEquals(Pixels.UNIT, reproduction.pixels());
    assertEquals(Initialization.HE_EVERYWHERE, reproduction.initialization());
    assertEquals(Keep.LAST, reproduction.keep());
    assertTrue(reproduction.evaluateFirst());
    assertEquals(128, reproduction.batch());
    assertEquals(Variation.cropAndFlip(new Variation.Crop.Pad(4)), reproduction.variation());
  }

  @Test
  void theFastOnesNumbers() {
    Recipe fast = Recipe.named("cifar10-fast");
    Phase phase = fast.phases().get(0);
    assertEquals(15 * ALL_IMAGES, phase.steps(ALL_IMAGES));
    ISchedule rate = schedule(phase, ALL_IMAGES);
    assertEquals(0.008, rate.valueAt(0, 0), 1e-15);
    assertEquals(0.2, rate.valueAt(3 * ALL_IMAGES - 1, 2), 1e-15);
    assertEquals(8e-7, rate.valueAt(15 * ALL_IMAGES - 1, 14), 1e-15);
    assertEquals(new Optimizer.Sgd(0.9, true), fast.optimizer());
    assertEquals(5e-4, fast.weightDecay().factor());
  }

  @Test
  void imageNetsNumbersAreScaledToTheBatch() {
    Recipe recipe = Recipe.named("imagenet-style");
    double scale = recipe.batch() / 1024.0;
    Phase phase = recipe.phases().get(0);
    int stepsPerEpoch = 10_010;
    ISchedule rate = schedule(phase, stepsPerEpoch);
    assertEquals(0.01 * 0.5 * scale, rate.valueAt(0, 0), 1e-12);
    assertEquals(0.505 * 0.5 * scale, rate.valueAt(5 * stepsPerEpoch / 2, 2), 1e-12);
    assertEquals(0.5 * scale, rate.valueAt(5 * stepsPerEpoch, 5), 1e-12);
    assertEquals(0.25 * scale, rate.valueAt(5 * stepsPerEpoch + 595 * stepsPerEpoch / 2, 302), 1e-12);
    assertEquals(0, rate.valueAt(600 * stepsPerEpoch, 600), 1e-12);
    assertEquals(new WeightDecay(2e-5, Decayed.WEIGHTS), recipe.weightDecay());
    Ema ema = recipe.ema().orElseThrow();
    assertEquals(1 - (1 - 0.99998) * recipe.batch() * ema.everySteps() / 600, ema.decay(), 1e-8);
    assertEquals(0.1, recipe.labelSmoothing());
    assertEquals(new Variation(new Variation.Crop.Resized(0.08), true, true, Optional.empty(), Optional.empty(), 0.1,
        0.2, 1), recipe.variation());
  }

  @Test
  void photosAreLearntStageByStage() {
    Recipe photos = Recipe.named("finetune-photos");
    assertEquals(List.of("features", "stage3", "stage2", "-"),
        photos.phases().stream().map(phase -> phase.frozenThrough().orElse("-")).toList());
    assertEquals(Phase.FEATURES, photos.phases().get(0).frozenThrough().orElseThrow());
    for (Phase phase : photos.phases()) {
      int steps = phase.steps(20);
      ISchedule rate = schedule(phase, 20);
      assertEquals(phase.rate().peak(), rate.valueAt(steps / 10, 0), 1e-12);
      assertTrue(rate.valueAt(steps - 1, 0) < 0.02 * phase.rate().peak());
    }
    assertEquals(1 / 2.6, photos.phases().get(3).rateFalloff(), 1e-3);
    assertEquals(Pixels.WEIGHTS, photos.pixels());
    assertEquals(20, photos.epochs());
  }

  @Test
  void theSimpleOnesNumbers() {
    Recipe simple = Recipe.named("adam-simple");
    assertEquals(new Optimizer.Adam(0.9, 0.999, 1e-8), simple.optimizer());
    assertEquals(1e-3, schedule(simple.phases().get(0), 10).valueAt(99, 9));
    assertEquals(10, simple.epochs());
    assertEquals(Variation.NONE, simple.variation());
    assertEquals(0, simple.weightDecay().factor());
  }

  @Test
  void differencesAreFieldsWithBothValues() {
    Recipe paper = Recipe.named("cifar10-resnet-paper");
    assertEquals(List.of("batch: 128 / 256"), paper.differences(paper.withBatch(256)));
    assertEquals(List.of("validation.kind: images / share", "validation.count: 5000 / -", "validation.share: - / 0.1"),
        paper.differences(paper.withValidation(new Validation.Share(0.1))));
    List<String> all = paper.differences(Recipe.named("cifar10-reproduction"));
    assertTrue(all.contains("weightDecay.factor: 0.0001 / 0.0005"), all.toString());
    assertTrue(all.contains("phases[0].rate.at[2]: - / 52000 iterations"), all.toString());
    assertTrue(all.stream().noneMatch(line -> line.startsWith("batch") || line.startsWith("variation")),
        all.toString());
  }

  /** The command {@code finetune}: a head, then all of it, by one of three curves. */
  @Test
  void aProgramMakesItsOwn() {
    WarmUp tenth = new WarmUp(Span.percent(10), 0.01);
    for (Rate rate : List.of(new Rate.Constant(0.05, Optional.empty()), new Rate.Cosine(0.05, 0, Optional.of(tenth)),
        new Rate.OneCycle(0.05, 0.3, 25, 10_000))) {
      Recipe recipe = Recipe.of("finetune", "resnet50", 16,
              List.of(Phase.of("head", 3, rate).frozenThrough(Phase.FEATURES), Phase.of("all", 20, rate.scaled(0.1))),
              new Optimizer.Sgd(0.9, false))
          .withWeightDecay(new WeightDecay(1e-4, Decayed.WEIGHTS)).withPatience(10).withPixels(Pixels.WEIGHTS)
          .withVariation(Variation.cropAndFlip(new Variation.Crop.Resized(0.35)))
          .withValidation(new Validation.Share(0.2));
      assertEquals(recipe, Recipe.parse(recipe.toYaml(), "finetune"));
      assertEquals(0.005, recipe.phases().get(1).rate().peak(), 1e-15);
      ISchedule schedule = schedule(recipe.phases().get(1), 10);
      assertEquals(0.005, Stream.iterate(0, i -> i < 200, i -> i + 1).mapToDouble(i -> schedule.valueAt(i, 0)).max()
          .orElseThrow(), 1e-5);
    }
  }

  @Test
  void aScaledRateIsTheSameCurve() {
    WarmUp rise = new WarmUp(Span.epochs(1.5), 0.2);
    for (Rate rate : List.of(new Rate.Constant(0.4, Optional.of(rise)), new Rate.Cosine(0.4, 0.1, Optional.of(rise)),
        new Rate.OneCycle(0.4, 0.3, 10, 100),
        new Rate.MultiStep(0.4, 0.5, List.of(Span.epochs(3), Span.percent(90)), Optional.of(rise)))) {
      ISchedule whole = rate.schedule(50, 10);
      ISchedule half = rate.scaled(0.5).schedule(50, 10);
      assertNotEquals(whole.valueAt(0, 0), whole.valueAt(15, 0));
      for (int i = 0; i < 50; i++) {
        assertEquals(whole.valueAt(i, 0) / 2, half.valueAt(i, 0), 1e-15, rate + " at " + i);
      }
    }
  }

  @Test
  void dropsAreCountedFromThePhasesStart() {
    ISchedule rate = new Rate.MultiStep(0.4, 0.1, List.of(Span.iterations(20), Span.epochs(3)),
        Optional.of(new WarmUp(Span.iterations(10), 0.5))).schedule(50, 10);
    assertEquals(0.2, rate.valueAt(0, 0), 1e-15);
    assertEquals(0.4, rate.valueAt(19, 0), 1e-15);
    assertEquals(0.04, rate.valueAt(20, 0), 1e-15);
    assertEquals(0.004, rate.valueAt(30, 0), 1e-15);
    Rate early = new Rate.MultiStep(0.4, 0.1, List.of(Span.iterations(5)),
        Optional.of(new WarmUp(Span.epochs(1), 0.5)));
    RecipeException refused = assertThrows(RecipeException.class, () -> early.schedule(50, 10));
    assertTrue(refused.getMessage().contains("after the warm-up of 10 iterations, found one at iteration 5"),
        refused.getMessage());
  }

  @Test
  void aWarmUpLongerThanThePhaseOnlyRises() {
    ISchedule rate = new Rate.Cosine(0.4, 0, Optional.of(new WarmUp(Span.epochs(5), 0.5))).schedule(10, 10);
    assertEquals(0.2, rate.valueAt(0, 0), 1e-15);
    assertTrue(rate.valueAt(9, 0) > rate.valueAt(8, 0));
  }

  @Test
  void fewerEpochsAreSharedByThePhases() {
    Recipe photos = Recipe.named("finetune-photos");
    assertEquals(List.of(1, 1, 1, 1), epochs(photos.withEpochs(4)));
    assertEquals(List.of(1, 1, 2, 4), epochs(photos.withEpochs(8)));
    assertEquals(List.of(6, 6, 8, 20), epochs(photos.withEpochs(40)));
    for (int epochs = 4; epochs < 60; epochs++) {
      assertEquals(epochs, photos.withEpochs(epochs).epochs());
    }
    RecipeException refused = assertThrows(RecipeException.class, () -> photos.withEpochs(3));
    assertInstanceOf(RecipeException.class, refused);
    assertEquals("epochs", refused.field());
  }

  private static List<Integer> epochs(Recipe recipe) {
    return recipe.phases().stream().map(Phase::epochs).toList();
  }
}
