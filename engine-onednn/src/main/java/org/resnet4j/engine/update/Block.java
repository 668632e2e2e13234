package org.resnet4j.engine.update;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.Regularization.ApplyStep;

/**
 * Neighbouring parameters that share an updater and its state.
 *
 * @param isPretraining a decoder's parameters in supervised training: DL4J steps by their gradients as they are
 * @param rule empty if the updater is DL4J's to run
 */
record Block(UpdaterBlock updater, boolean isPretraining, Optional<Rule> rule, List<Variable> variables) {
  /** DL4J's blocks, those without parameters left out. */
  static List<Block> of(List<UpdaterBlock> updaters) {
    List<Block> blocks = new ArrayList<>();
    int index = 0;
    for (UpdaterBlock updater : updaters) {
      List<Variable> variables = new ArrayList<>();
      for (UpdaterBlock.ParamState state : updater.getLayersAndVariablesInBlock()) {
        if (state.getParamOffsetEnd() > state.getParamOffsetStart()) {
          variables.add(new Variable(index++, state));
        }
      }
      if (!variables.isEmpty()) {
        boolean pretraining = updater.skipDueToPretrainConfig(false);
        blocks.add(new Block(updater, pretraining, pretraining ? Optional.of(Rule.PLAIN)
            : Rule.of(updater.getGradientUpdater(), length(updater)), variables));
      }
    }
    return blocks;
  }

  /** What DL4J has to update this block for; empty if all of it is known. */
  Optional<String> unknown() {
    if (rule.isEmpty()) {
      return Optional.of("Updater " + updater.getGradientUpdater().getConfig().getClass().getName());
    }
    return variables.stream().flatMap(variable -> regularization(variable).stream())
        .filter(regularization -> !Penalty.isKnown(regularization)).findFirst()
        .map(regularization -> "Regularisation " + regularization.getClass().getName());
  }

  private List<Regularization> regularization(Variable variable) {
    return isPretraining ? List.of() : variable.regularization();
  }

  int length() {
    return length(updater);
  }

  private static int length(UpdaterBlock updater) {
    return updater.getParamOffsetEnd() - updater.getParamOffsetStart();
  }

  List<Penalty> penalties(Variable variable, ApplyStep when, int iteration, int epoch) {
    return regularization(variable).stream().filter(regularization -> regularization.applyStep() == when)
        .map(regularization -> Penalty.at(regularization, rate(iteration, epoch), iteration, epoch)).toList();
  }

  /** What weight decay may be multiplied by. */
  private double rate(int iteration, int epoch) {
    IUpdater config = updater.getGradientUpdater().getConfig();
    return config.hasLearningRate() ? config.getLearningRate(iteration, epoch) : 1;
  }

  /** DL4J's update, in the gradient's place. */
  void update(int iteration, int epoch) {
    updater.update(iteration, epoch);
  }
}
