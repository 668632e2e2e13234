package org.resnet4j.benchmarks.contest;

/** A worker ended, or says that it can't go on; the message is the reason. */
public final class WorkerFailure extends Exception {
  private static final long serialVersionUID = 1L;

  public WorkerFailure(String reason) {
    super(reason);
  }
}
