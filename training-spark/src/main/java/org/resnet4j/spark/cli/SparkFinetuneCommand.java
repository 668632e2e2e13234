package org.resnet4j.spark.cli;

import java.io.IOException;
import org.resnet4j.training.cli.FinetuneCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code finetune} on the cluster's workers. */
@Command(name = "finetune", description = "Train a model on images by the cluster's workers; saves the model, figures"
    + " and a report.")
final class SparkFinetuneCommand extends FinetuneCommand {
  @Mixin
  private ClusterOptions cluster;

  @ParentCommand
  private SparkMain program;

  @Override
  public Integer call() throws IOException {
    return program.onCluster("resnet4j finetune", cluster, super::call);
  }
}
