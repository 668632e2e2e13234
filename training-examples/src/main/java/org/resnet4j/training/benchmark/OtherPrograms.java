package org.resnet4j.training.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How busy the machine was with something else than this process since this was made. */
public final class OtherPrograms {
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Begins to watch. */
  public OtherPrograms() {
    busy(); // the system tells what has been since it was asked before
  }

  /** The share of the processor's time that others took, 0 to 1; 0 where the system doesn't tell. */
  public double share() {
    return busy();
  }

  private double busy() {
    double all = system.getCpuLoad();
    double own = system.getProcessCpuLoad();
    return all < 0 || own < 0 ? 0 : Math.max(0, all - own);
  }
}
