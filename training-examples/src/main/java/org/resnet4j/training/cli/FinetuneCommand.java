package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.resnet4j.training.data.Augmentation;
import org.resnet4j.training.loop.LearningRate;
import org.resnet4j.training.loop.TrainingPhase;
import org.resnet4j.training.loop.TrainingPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code finetune}: the main job. The options, and what they come to. */
@Command(name = "finetune", description = "Train a model on a folder of images; saves the model, figures and a report.",
    footer = {"", "With weights (--weights, or a saved folder as --model) the head, a new one if the classes are others, is"
        + " trained first while the rest is frozen, then everything at a tenth of the rate. Without, everything is trained from the start."})
final class FinetuneCommand implements Callable<Integer> {
  /** How training images are varied. */
  enum AugmentationChoice { AUTO, NONE, PAD_AND_CROP, RESIZED_CROP, GENTLE_CROP }

  private static final double DEFAULT_RATE = 0.05;
  private static final int DEFAULT_HEAD_EPOCHS = 3;
  /** The whole net after its head: pretrained layers need small steps to keep what they know. */
  private static final double WHOLE_RATE_SHARE = 0.1;
  private static final double WARM_UP = 0.1;
  private static final double ONE_CYCLE_WARM_UP = 0.3;

  @Mixin
  DataOptions data;

  @Mixin
  ModelSource source;

  @Option(names = "--out", paramLabel = "FOLDER", required = true,
      description = "Where the model, metrics.csv, pictures and report.html go; new or empty.")
  Path out;

  @Option(names = "--overwrite", description = "Replace an earlier run in --out, when the new one is through.")
  boolean overwrite;

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
  LearningRate.Shape schedule;

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

  @Option(names = "--seed", paramLabel = "NUMBER", defaultValue = "1",
      description = "Same seed, same result on the same machine, with as many threads of OpenMP (OMP_NUM_THREADS).")
  long seed;

  @ParentCommand
  Main main;

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
    plan(true, "");
    if (out.toAbsolutePath().normalize().startsWith(data.data.toAbsolutePath().normalize())) {
      throw new CommandException(ExitCode.USAGE, "--out lies inside --data, where it would be taken for a class.");
    }
    main.startBackend();
    return new FinetuneRun(this, OutputFolder.prepare(out, overwrite)).run();
  }

  /**
   * The phases and their rates.
   *
   * @param newHead whether pretrained layers come with a new head
   * @param features the vertex before the head
   * @throws CommandException if a value makes no sense
   */
  TrainingPlan plan(boolean newHead, String features) {
    try {
      boolean pretrained = pretrained();
      boolean headFirst = pretrained && (source.weights != null || newHead);
      int first = headEpochs != null ? headEpochs : headFirst ? DEFAULT_HEAD_EPOCHS : 0;
      List<TrainingPhase> phases = new ArrayList<>();
      if (first > 0) {
        phases.add(new TrainingPhase("head", first, rate(learningRate), Optional.of(features)));
      }
      if (epochs > 0 || first == 0) {
        phases.add(new TrainingPhase("all", epochs, rate(pretrained ? learningRate * WHOLE_RATE_SHARE : learningRate),
            Optional.empty()));
      }
      return new TrainingPlan(phases, momentum, weightDecay, patience, seed);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage());
    }
  }

  /** Whether there are weights that count. */
  private boolean pretrained() {
    return source.pretrained() && !fromScratch;
  }

  private LearningRate rate(double peak) {
    double warmUp = switch (schedule) {
      case CONSTANT -> 0;
      case COSINE -> WARM_UP;
      case ONE_CYCLE -> ONE_CYCLE_WARM_UP;
    };
    return new LearningRate(schedule, peak, warmUp);
  }

  /** How training images are varied, for inputs of a CIFAR net or another. */
  Augmentation augmentation(boolean cifar) {
    return switch (augmentation) {
      case AUTO -> cifar ? Augmentation.PAD_AND_CROP : Augmentation.FINE_TUNE_CROP;
      case NONE -> Augmentation.NONE;
      case PAD_AND_CROP -> Augmentation.PAD_AND_CROP;
      case RESIZED_CROP -> Augmentation.RANDOM_RESIZED_CROP;
      case GENTLE_CROP -> Augmentation.FINE_TUNE_CROP;
    };
  }
}
