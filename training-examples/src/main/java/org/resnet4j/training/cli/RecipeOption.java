package org.resnet4j.training.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.resnet4j.training.recipe.Phase;
import org.resnet4j.training.recipe.Recipe;
import picocli.CommandLine.Option;

/** Which recipe {@code --recipe} means. */
final class RecipeOption {
  @Option(names = "--recipe", paramLabel = "NAME|FILE", required = true,
      description = "How to train: a recipe's name (see train --help), or a YAML file.")
  String recipe;

  /**
   * The recipe, with what other options say instead.
   *
   * @throws CommandException if it freezes layers and there are no weights
   * @throws org.resnet4j.training.recipe.RecipeException if there is none, or a value makes no sense
   */
  Recipe read(DataOptions data, ModelSource source) {
    Path file = Path.of(recipe);
    Recipe read = Files.isRegularFile(file) ? Recipe.read(file) : Recipe.named(recipe);
    Recipe batched = data.batch == null ? read : read.withBatch(data.batch);
    Recipe named = source.model == null || source.pretrained() ? batched : batched.withModel(source.name());
    Optional<Phase> freezing = named.phases().stream().filter(phase -> phase.frozenThrough().isPresent()).findFirst();
    if (freezing.isPresent() && !source.pretrained()) {
      throw new CommandException(ExitCode.USAGE, "The recipe " + named.name() + " freezes layers in its phase "
          + freezing.get().name() + ", which have to be trained already: name weights with --weights.");
    }
    return named;
  }
}
