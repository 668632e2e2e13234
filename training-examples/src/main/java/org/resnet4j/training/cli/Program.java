package org.resnet4j.training.cli;

import java.io.PrintStream;

/** The program that a command is one of. */
public interface Program {
  /** Where results go. */
  PrintStream out();

  /** Where progress and messages go. */
  PrintStream err();

  /** Chooses the backend before the first ND4J class loads; for commands that compute. */
  void startBackend();

  /** Where images are, results go, and steps are computed. */
  Site site();
}
