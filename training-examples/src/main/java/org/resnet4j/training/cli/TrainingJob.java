package org.resnet4j.training.cli;

import org.resnet4j.training.recipe.Recipe;

/**
 * What a command asks of a {@link TrainingRun}.
 *
 * @param recipe for a network without weights; of one with weights, what is known of it beforehand
 * @param withWeights the recipe for a network that comes with weights
 * @param showsRecipe whether the recipe is printed at the start
 * @param fromScratch whether weights give the architecture only
 */
record TrainingJob(Program main, Recipe recipe, WithWeights withWeights, DataOptions data, ModelSource source,
                   TrainingComputeOptions compute, RunOptions run, boolean showsRecipe, boolean fromScratch) {
  /** A recipe that depends on the network. */
  @FunctionalInterface
  interface WithWeights {
    Recipe recipe(StartingPoint start);
  }
}
