package org.resnet4j.spark.cli;

import java.io.IOException;
import org.resnet4j.training.cli.TrainCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code train} on the cluster's workers. */
@Command(name = "train", description = "Train a model by a recipe on the cluster's workers; saves the model, figures"
    + " and a report.")
final class SparkTrainCommand extends TrainCommand {
  @Mixin
  private ClusterOptions cluster;

  @ParentCommand
  private SparkMain program;

  @Override
  public Integer call() throws IOException {
    return program.onCluster("resnet4j train", cluster, super::call);
  }
}
