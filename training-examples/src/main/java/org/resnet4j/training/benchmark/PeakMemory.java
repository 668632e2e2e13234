package org.resnet4j.training.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The most memory that a process held so far: heap, natives' arrays and code. */
public final class PeakMemory {
  private static final Pattern HIGH_WATER = Pattern.compile("(?m)^VmHWM:\\s*(\\d+) kB$");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s*(\\d+) kB$");
  private static final int KIB = 1024;

  private PeakMemory() {}

  /** This process's in bytes; 0, unknown, where the system is no Linux. */
  public static long bytes() {
    return bytes(ProcessHandle.current().pid());
  }

  /** The same of another process; 0 too if it has ended. */
  public static long bytes(long process) {
    return read(process, HIGH_WATER);
  }

  /** What it holds now, in bytes; 0, unknown, where the system is no Linux. */
  public static long resident() {
    return read(ProcessHandle.current().pid(), RESIDENT);
  }

  private static long read(long process, Pattern line) {
    try {
      Matcher mark = line.matcher(Files.readString(Path.of("/proc", String.valueOf(process), "status")));
      return mark.find() ? Long.parseLong(mark.group(1)) * KIB : 0;
    } catch (IOException noSuchFile) {
      return 0;
    }
  }
}
