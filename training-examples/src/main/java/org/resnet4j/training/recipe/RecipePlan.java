package org.resnet4j.training.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.IUpdater;
import org.resnet4j.training.augment.ClassBalance;
import org.resnet4j.training.augment.ColourJitter;
import org.resnet4j.training.augment.CutMix;
import org.resnet4j.training.augment.LabelSmoothing;
import org.resnet4j.training.augment.MixingChoice;
import org.resnet4j.training.augment.Mixup;
import org.resnet4j.training.augment.RandAugment;
import org.resnet4j.training.augment.RandomErasing;
import org.resnet4j.training.augment.TrivialAugment;
import org.resnet4j.training.data.Augmentation;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.HeldOut;
import org.resnet4j.training.data.HorizontalFlip;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.Mixing;
import org.resnet4j.training.data.Sampling;
import org.resnet4j.training.loop.TrainingPhase;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.training.loop.TrainingPlan.Average;
import org.resnet4j.training.loop.TrainingPlan.Decayed;
import org.resnet4j.training.recipe.Recipe.Balance;
import org.resnet4j.training.recipe.Recipe.Keep;
import org.resnet4j.training.recipe.RecipeException.Reason;
import org.resnet4j.training.recipe.Variation.Crop;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

/** What a recipe comes to with given images and network. */
public final class RecipePlan {
  private static final double NARROWEST = 3 / 4.0;
  private static final double WIDEST = 4 / 3.0;

  private RecipePlan() {}

  /** How many training images are held out. */
  public static HeldOut heldOut(Validation validation) {
    if (validation instanceof Validation.Images images) {
      return HeldOut.images(images.count());
    }
    return validation instanceof Validation.Share share ? HeldOut.share(share.share()) : HeldOut.NONE;
  }

  /**
   * The plan.
   *
   * @param images of an epoch
   * @throws RecipeException if a phase freezes layers up to a vertex that the network doesn't have
   */
  public static TrainingPlan of(Recipe recipe, ComputationGraph graph, int images, long seed) {
    // A rest of one image is no step, since norms need two.
    int stepsPerEpoch = Math.max(1, images / recipe.batch() + (images % recipe.batch() > 1 ? 1 : 0));
    List<TrainingPhase> phases = new ArrayList<>();
    for (Phase phase : recipe.phases()) {
      phases.add(new TrainingPhase(phase.name(), phase.epochs(),
          phase.iterations().map(Integer::longValue).orElse(TrainingPhase.ALL), phase.wholeEpochs(),
          phase.rate().schedule(phase.steps(stepsPerEpoch), stepsPerEpoch),
          phase.rate().warmUpSteps(phase.steps(stepsPerEpoch), stepsPerEpoch),
          phase.frozenThrough().map(v -> frozenThrough(graph, phase, v)),
          phase.rateFalloff()));
    }
    return new TrainingPlan(phases, updater(recipe.optimizer()), recipe.weightDecay().factor(),
        recipe.optimizer() instanceof Optimizer.AdamW,
        recipe.weightDecay().decayed() == WeightDecay.Decayed.ALL ? Decayed.ALL : Decayed.WEIGHTS,
        recipe.clipNorm().map(OptionalDouble::of).orElse(OptionalDouble.empty()), recipe.accumulate(),
        recipe.ema().map(ema -> new Average(ema.decay(), ema.everySteps())).orElse(null), recipe.keep() == Keep.LAST,
        recipe.evaluateFirst(), recipe.patience(), seed);
  }

  /** Looked up here: a name that the network doesn't have is told before the phases in front of it are trained. */
  private static String frozenThrough(ComputationGraph graph, Phase phase, String vertex) {
    if (vertex.equals(Phase.FEATURES)) {
      return ResNetTransfer.features(graph);
    }
    try {
      return ResNetTransfer.vertex(graph, vertex);
    } catch (IllegalArgumentException e) {
      throw new RecipeException(Reason.NO_SUCH_VERTEX, "phase " + phase.name() + ", frozenThrough",
          "a vertex or endpoint of the network", RecipeException.quote(vertex));
    }
  }

  /** Its rate is the phases'. */
  private static IUpdater updater(Optimizer optimizer) {
    if (optimizer instanceof Optimizer.Sgd sgd) {
      SgdMomentum plain = new SgdMomentum(0, sgd.momentum());
      return sgd.nesterov() ? plain.nesterov() : plain;
    }
    if (optimizer instanceof Optimizer.Adam adam) {
      return new AdamW(0, adam.beta1(), adam.beta2(), adam.epsilon());
    }
    Optimizer.AdamW adamW = (Optimizer.AdamW) optimizer;
    return new AdamW(0, adamW.beta1(), adamW.beta2(), adamW.epsilon());
  }

  /** How training images become batches. */
  public static BatchOptions batches(Recipe recipe, long seed) {
    BatchOptions options = BatchOptions.training(recipe.batch(), augmentation(recipe.variation()), seed)
        .withMixing(mixing(recipe)).withFreesBatches(true);
    return recipe.balance() == Balance.SAMPLING ? options.withSampling(Sampling.BALANCED) : options;
  }

  private static Augmentation augmentation(Variation variation) {
    Augmentation steps = crop(variation.crop());
    if (variation.flip()) {
      steps = steps.then(HorizontalFlip.HALF_THE_TIME);
    }
    if (variation.trivialAugment()) {
      steps = steps.then(TrivialAugment.WIDE);
    }
    if (variation.randAugment().isPresent()) {
      Variation.RandAugment policy = variation.randAugment().get();
      steps = steps.then(new RandAugment(policy.operations(), policy.magnitude()));
    }
    if (variation.colourJitter().isPresent()) {
      Variation.ColourJitter jitter = variation.colourJitter().get();
      steps = steps.then(
          new ColourJitter(jitter.brightness(), jitter.contrast(), jitter.saturation(), jitter.hue()));
    }
    return variation.randomErasing() == 0 ? steps : steps.then(new RandomErasing(variation.randomErasing()));
  }

  private static Augmentation crop(Crop crop) {
    if (crop instanceof Crop.Pad pad) {
      return new Augmentation.PadAndCrop(pad.pixels());
    }
    return crop instanceof Crop.Resized resized
        ? new Augmentation.ResizedCrop(resized.leastArea(), 1, NARROWEST, WIDEST) : Augmentation.NONE;
  }

  private static Mixing mixing(Recipe recipe) {
    List<Mixing> mixtures = new ArrayList<>();
    if (recipe.variation().mixup() > 0) {
      mixtures.add(new Mixup(recipe.variation().mixup()));
    }
    if (recipe.variation().cutmix() > 0) {
      mixtures.add(new CutMix(recipe.variation().cutmix()));
    }
    Mixing mixture = mixtures.isEmpty() ? Mixing.NONE : mixtures.size() == 1 ? mixtures.get(0)
        : new MixingChoice(mixtures);
    return recipe.labelSmoothing() == 0 ? mixture : mixture.then(new LabelSmoothing(recipe.labelSmoothing()));
  }

  /** Class weights, where the recipe has them, in the graph's loss. */
  public static void weigh(Recipe recipe, ComputationGraph graph, ImageSource train, int classes) {
    if (recipe.balance() == Balance.CLASS_WEIGHTS) {
      ClassBalance.weigh(graph, ClassBalance.weights(labels(train), classes));
    }
  }

  private static int[] labels(ImageSource images) {
    return IntStream.range(0, images.size()).map(images::label).toArray();
  }
}
