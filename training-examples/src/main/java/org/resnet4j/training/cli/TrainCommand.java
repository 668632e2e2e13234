package org.resnet4j.training.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.resnet4j.training.recipe.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code train}: a recipe on a set of images. */
@Command(name = "train", description = "Train a model by a recipe; saves the model, figures and a report.",
    footer = {"", "Recipes: cifar10-resnet-paper, cifar10-reproduction, cifar10-fast, imagenet-style, finetune-photos,"
        + " adam-simple; or a YAML file as the recipe.yaml that every run leaves."})
public class TrainCommand implements Callable<Integer> {
  @Mixin
  RecipeOption recipe;

  @Mixin
  DataOptions data;

  @Mixin
  ModelSource source;

  @Mixin
  RunOptions run;

  @Option(names = "--epochs", paramLabel = "COUNT",
      description = "Epochs, instead of the recipe's; shared out among its phases as there.")
  Integer epochs;

  @Mixin
  TrainingComputeOptions compute;

  @ParentCommand
  Program main;

  @Override
  public Integer call() throws IOException {
    compute.check();
    data.check();
    run.check();
    Recipe read = recipe.read(data, source);
    Recipe chosen = epochs == null ? read : read.withEpochs(epochs);
    main.startBackend();
    return new TrainingRun(new TrainingJob(main, chosen, start -> named(start, chosen), data, source, compute, run,
        true, false)).run();
  }

  /** The same for a network whose name the weights tell. */
  private static Recipe named(StartingPoint start, Recipe recipe) {
    return start.network().name().map(recipe::withModel).orElse(recipe);
  }
}
