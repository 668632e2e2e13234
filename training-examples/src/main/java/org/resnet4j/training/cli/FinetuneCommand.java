package org.resnet4j.training.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.resnet4j.training.recipe.Optimizer;
import org.resnet4j.training.recipe.Phase;
import org.resnet4j.training.recipe.Rate;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.training.recipe.Recipe.Balance;
import org.resnet4j.training.recipe.Recipe.Initialization;
import org.resnet4j.training.recipe.Recipe.Keep;
import org.resnet4j.training.recipe.Recipe.Pixels;
import org.resnet4j.training.recipe.RecipeException;
import org.resnet4j.training.recipe.Span;
import org.resnet4j.training.recipe.Validation;
import org.resnet4j.training.recipe.Variation;
import org.resnet4j.training.recipe.Variation.Crop;
import org.resnet4j.training.recipe.WarmUp;
import org.resnet4j.training.recipe.WeightDecay;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Stem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code finetune}: the main job. The options, and what they come to. */
@Command(name = "finetune", description = "Train a model on a folder of images; saves the model, figures and a report.",
    footer = {"", "With weights (--weights, or a saved folder as --model) the head, a new one if the classes are others, is"
        + " trained first while the rest is frozen, then everything at a tenth of the rate. Without, everything is trained from the start."})
public class FinetuneCommand implements Callable<Integer> {
  /** The learning rate's curve. */
  enum Schedule { COSINE, ONE_CYCLE, CONSTANT }

  /** How training images are varied. */
  enum AugmentationChoice { AUTO, NONE, PAD_AND_CROP, RESIZED_CROP, GENTLE_CROP }

  private static final double DEFAULT_RATE = 0.05;
  private static final int DEFAULT_HEAD_EPOCHS = 3;
  /** The whole net after its head: pretrained layers need small steps to keep what they know. */
  private static final double WHOLE_RATE_SHARE = 0.1;
  private static final WarmUp WARM_UP = new WarmUp(Span.percent(10), 0.01);
  private static final double ONE_CYCLE_WARM_UP = 0.3;
  private static final double GENTLE = 0.35;
  private static final double STRONG = 0.08;
  private static final int PADDING = 4;
  /** Inputs of so many pixels a side are taken for CIFAR's kind. */
  private static final int SMALL = 64;

  @Mixin
  DataOptions data;

  @Mixin
  ModelSource source;

  @Mixin
  RunOptions run;

  @Option(names = "--epochs", paramLabel = "COUNT", defaultValue = "20",
      description = "Epochs that train all; with weights, 0 trains the head alone.")
  int epochs;

  @Option(names = "--head-epochs", paramLabel = "COUNT",
      description = "With weights: epochs before those, in which only the head is trained (default: 3).")
  Integer headEpochs;

  @Option(names = "--from-scratch",
      description = "Keep the architecture of the weights and forget their values: tells what they are worth.")
  boolean fromScratch;

  @Option(names = "--lr", paramLabel = "RATE", description = "Highest learning rate.")
  double learningRate = DEFAULT_RATE;

  @Option(names = "--schedule", paramLabel = "CURVE", defaultValue = "cosine",
      description = "Learning rate over the epochs: cosine, one_cycle or constant.")
  Schedule schedule;

  @Option(names = "--momentum", paramLabel = "SHARE", defaultValue = "0.9", description = "Momentum of SGD.")
  double momentum;

  @Option(names = "--weight-decay", paramLabel = "FACTOR", defaultValue = "1e-4",
      description = "L2 factor of convolution and dense weights.")
  double weightDecay;

  @Option(names = "--validation-share", paramLabel = "SHARE", defaultValue = "0.2",
      description = "Share of the images held back for validation, where the folder has no val.")
  double validationShare;

  @Option(names = "--patience", paramLabel = "EPOCHS", defaultValue = "10",
      description = "Stop after so many epochs without a better validation accuracy; 0: never.")
  int patience;

  @Option(names = "--augmentation", paramLabel = "KIND", defaultValue = "auto",
      description = "How training images are varied: none, pad_and_crop, resized_crop (8 %% of the area and up),"
          + " gentle_crop (35 %% and up); each but none flips half of them. auto: pad_and_crop for CIFAR nets, else"
          + " gentle_crop.")
  AugmentationChoice augmentation;

  @Mixin
  TrainingComputeOptions compute;

  @ParentCommand
  Program main;

  @Override
  public Integer call() throws IOException {
    compute.check();
    if (!(validationShare > 0 && validationShare < 1)) {
      throw new CommandException(ExitCode.USAGE,
          "--validation-share lies between 0 and 1; found " + validationShare + ".");
    }
    if (headEpochs != null && headEpochs < 0) {
      throw new CommandException(ExitCode.USAGE, "--head-epochs is 0 or more; found " + headEpochs + ".");
    }
    if (fromScratch && !source.pretrained()) {
      throw new CommandException(ExitCode.USAGE, "--from-scratch is for weights; a name alone has none to forget.");
    }
    if (!pretrained()) {
      if (!fromScratch) {
        source.imageSize(source.name()); // what is wrong with either is told before images are read
      }
      if (headEpochs != null) {
        throw new CommandException(ExitCode.USAGE,
            "--head-epochs is for weights to start from; without, everything is trained from the start.");
      }
    }
    run.check();
    TrainingJob job;
    try {
      Recipe recipe = source.pretrained() ? recipe(Optional.empty(), true, true)
          : recipe(Optional.of(source.name()), ResNets.spec(source.name()).stem() == Stem.CIFAR, true);
      job = new TrainingJob(main, recipe, this::recipe, data, source, compute, run, false, fromScratch);
    } catch (RecipeException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage());
    }
    main.startBackend();
    return new TrainingRun(job).run();
  }

  /** The recipe for a network that comes with weights. */
  private Recipe recipe(StartingPoint start) {
    Optional<String> name = start.network().name();
    boolean small = name.map(n -> ResNets.spec(n).stem() == Stem.CIFAR)
        .orElse(start.network().preprocessing().height() <= SMALL);
    return recipe(name, small, start.newHead());
  }

  /**
   * The recipe that the options are.
   *
   * @param small whether images are as small as CIFAR's
   * @param newHead whether pretrained layers come with a new head
   * @throws RecipeException if a value makes no sense
   */
  private Recipe recipe(Optional<String> model, boolean small, boolean newHead) {
    boolean pretrained = pretrained();
    boolean headFirst = pretrained && (source.weights != null || newHead);
    int first = headEpochs != null ? headEpochs : headFirst ? DEFAULT_HEAD_EPOCHS : 0;
    List<Phase> phases = new ArrayList<>();
    if (first > 0) {
      phases.add(Phase.of("head", first, rate(learningRate)).frozenThrough(Phase.FEATURES));
    }
    if (epochs > 0 || first == 0) {
      phases.add(Phase.of("all", epochs, rate(pretrained ? learningRate * WHOLE_RATE_SHARE : learningRate)));
    }
    return new Recipe("finetune", "The options of finetune.", List.of(), model.orElse(Recipe.ANY_MODEL), data.batch(), 1,
        new Validation.Share(validationShare), Pixels.WEIGHTS, Initialization.MODEL, phases,
        new Optimizer.Sgd(momentum, false), new WeightDecay(weightDecay, WeightDecay.Decayed.WEIGHTS),
        variation(small), 0, Balance.NONE, 0, Optional.empty(), Optional.empty(), false, false, Keep.BEST, patience);
  }

  /** Whether there are weights that count. */
  private boolean pretrained() {
    return source.pretrained() && !fromScratch;
  }

  private Rate rate(double peak) {
    return switch (schedule) {
      case CONSTANT -> new Rate.Constant(peak, Optional.empty());
      case COSINE -> new Rate.Cosine(peak, 0, Optional.of(WARM_UP));
      case ONE_CYCLE -> new Rate.OneCycle(peak, ONE_CYCLE_WARM_UP, 25, 10_000);
    };
  }

  /** How training images are varied, for inputs of a CIFAR net or another. */
  private Variation variation(boolean small) {
    return switch (augmentation) {
      case AUTO -> Variation.cropAndFlip(small ? new Crop.Pad(PADDING) : new Crop.Resized(GENTLE));
      case NONE -> Variation.NONE;
      case PAD_AND_CROP -> Variation.cropAndFlip(new Crop.Pad(PADDING));
      case RESIZED_CROP -> Variation.cropAndFlip(new Crop.Resized(STRONG));
      case GENTLE_CROP -> Variation.cropAndFlip(new Crop.Resized(GENTLE));
    };
  }
}
