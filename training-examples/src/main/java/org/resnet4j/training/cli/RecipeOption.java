package org.resnet4j.training.cli;

import java.nio.file.Files;
import java.nio.file.Path;
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
   * @throws org.resnet4j.training.recipe.RecipeException if there is none, or a value makes no sense
   */
  Recipe read(DataOptions data, ModelSource source) {
    Path file = Path.of(recipe);
    Recipe read = Files.isRegularFile(file) ? Recipe.read(file) : Recipe.named(recipe);
    Recipe batched = data.batch == null ? read : read.withBatch(data.batch);
    return source.model == null || source.pretrained() ? batched : batched.withModel(source.name());
  }
}
