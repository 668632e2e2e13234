package org.resnet4j.spark.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Copies on this machine of a model that lies on a Hadoop file system, which its options are made to name. */
final class RemoteModel implements AutoCloseable {
  private final List<RemoteFolder> copies = new ArrayList<>();

  private final Configuration configuration;

  RemoteModel(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * Fetches what {@code --weights} or {@code --model} names by an address, such as
   * {@code hdfs://name-node/runs/first}: a saved model, a run, or a file of weights.
   *
   * @throws CommandException if nothing is there
   */
  void fetch(CommandSpec command) throws IOException {
    for (String name : List.of("--weights", "--model")) {
      OptionSpec option = command.findOption(name);
      // As it was typed: a path of this machine has lost a slash of it.
      for (String address : option.originalStringValues()) {
        if (address.matches("[a-zA-Z][a-zA-Z0-9+.-]+:/.*")) {
          java.nio.file.Path copy = copy(name, address);
          option.setValue(name.equals("--model") ? copy.toString() : copy);
        }
      }
    }
  }

  private java.nio.file.Path copy(String option, String address) throws IOException {
    Path there = PackCommand.path(option, address);
    boolean found;
    try {
      found = there.getFileSystem(configuration).exists(there);
    } catch (IOException e) {
      throw new CommandException(ExitCode.FAILURE, option + " " + address + ": cannot be reached ("
          + e.getMessage() + "); is the address right, and does the cluster know this file system?");
    }
    if (!found) {
      throw new CommandException(ExitCode.BAD_MODEL, option + " " + address + ": no such file or folder.");
    }
    RemoteFolder copy = RemoteFolder.open(there.toUri(), configuration);
    copies.add(copy);
    return copy.local();
  }

  @Override
  public void close() throws IOException {
    for (RemoteFolder copy : copies) {
      copy.close();
    }
  }
}
