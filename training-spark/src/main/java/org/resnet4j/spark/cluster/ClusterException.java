package org.resnet4j.spark.cluster;

import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ExitCode;

/**
 * What a cluster can't do as it is asked, or hasn't done; the message is a sentence with what was expected and found,
 * and what to do.
 */
public final class ClusterException extends CommandException {
  private static final long serialVersionUID = 1;

  /**
   * The same as of any command.
   *
   * @param exitCode {@code USAGE} where other options would do, {@code FAILURE} where the cluster is at fault
   * @param message ends with a full stop
   */
  public ClusterException(ExitCode exitCode, String message) {
    super(exitCode, message);
  }
}
