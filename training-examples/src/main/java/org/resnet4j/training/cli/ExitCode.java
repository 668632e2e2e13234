package org.resnet4j.training.cli;

/** What the process tells its caller; {@code --help} prints the list. */
public enum ExitCode {
  OK(0, "All done"),
  FAILURE(1, "It failed: disk, memory, a missing native library, or a fault of this program"),
  USAGE(2, "The command line makes no sense: unknown option, name or value"),
  BAD_DATA(3, "The images, or a run's figures, can't be used: none, one class only, damaged"),
  BAD_MODEL(4, "The model folder or weights file can't be used, or doesn't fit"),
  DIVERGED(5, "Training diverged: the loss became infinite or not a number"),
  DIFFERENT(6, "The model computes something else than was recorded"),
  STOPPED(130, "Stopped by Ctrl-C or SIGTERM (143) in the middle; training goes on with --resume");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The process's exit code. */
  public int code() {
    return code;
  }

  /** One phrase. */
  public String meaning() {
    return meaning;
  }
}
