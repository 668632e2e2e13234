package org.resnet4j.training.cli;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.training.loop.Engine;
import picocli.CommandLine.Option;

/** What a network is trained by. */
final class TrainingComputeOptions extends ComputeOptions {
  private static final String CHECKPOINT_ACTIVATIONS = "--checkpoint-activations";
  private static final String PROFILE = "--profile";

  @Option(names = CHECKPOINT_ACTIVATIONS,
      description = "With --engine onednn: compute activations again in the backward pass instead of keeping them, for"
          + " batches that don't fit: less memory, about a forward pass more a step, the same result.")
  boolean checkpointActivations;

  @Option(names = PROFILE,
      description = "With --engine onednn: measure what a step's time goes to, and tell it after each phase.")
  boolean profile;

  @Override
  public void check() {
    super.check();
    if (engine == Engine.DL4J && (checkpointActivations || profile)) {
      throw new CommandException(ExitCode.USAGE,
          (checkpointActivations ? CHECKPOINT_ACTIVATIONS : PROFILE) + " is for --engine onednn.");
    }
  }

  @Override
  List<String> oneDnnOnly() {
    List<String> asked = new ArrayList<>(super.oneDnnOnly());
    if (checkpointActivations) {
      asked.add(CHECKPOINT_ACTIVATIONS);
    }
    if (profile) {
      asked.add(PROFILE);
    }
    return asked;
  }

  @Override
  EngineOptions options() {
    return super.options().withRecompute(checkpointActivations);
  }
}
