package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.util.Optional;
import org.resnet4j.training.board.DashBoard;
import org.resnet4j.training.board.DashBoard.Reach;
import org.resnet4j.training.board.DashBoardException;
import picocli.CommandLine.Option;

/** Deeplearning4j's training page, on a switch. */
final class PageOptions {
  @Option(names = "--ui", description = "Show the training on Deeplearning4j's page while it runs, to this machine"
      + " alone; RESNET4J_PROFILE=ui in the environment fetches what it needs.")
  boolean ui;

  @Option(names = "--ui-port", paramLabel = "PORT", description = "The page's port (default: 9000; 0: any free one).")
  Integer port;

  @Option(names = "--ui-public", description = "Show the page to whoever reaches this machine: it has no password.")
  boolean everyone;

  /** @throws CommandException if a value makes no sense */
  void check() {
    if (!ui && (port != null || everyone)) {
      throw new CommandException(ExitCode.USAGE, "--ui-port and --ui-public are for --ui.");
    }
    if (port != null && (port < 0 || port > 0xffff)) {
      throw new CommandException(ExitCode.USAGE, "--ui-port is 0 to 65535; found " + port + ".");
    }
  }

  /**
   * The page, if it was asked for.
   *
   * @throws CommandException if it can't be had
   */
  Optional<DashBoard> start(PrintStream err) {
    if (!ui) {
      return Optional.empty();
    }
    try {
      DashBoard page = DashBoard.start(port == null ? DashBoard.DEFAULT_PORT : port,
          everyone ? Reach.EVERYONE : Reach.LOOPBACK);
      err.println("Deeplearning4j's page: " + page.address());
      return Optional.of(page);
    } catch (DashBoardException e) {
      throw new CommandException(ExitCode.FAILURE, e.getMessage());
    }
  }
}
