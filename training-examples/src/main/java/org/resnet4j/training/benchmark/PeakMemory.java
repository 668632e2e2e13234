package org.resnet4j.training.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The most memory that this process held so far: heap, natives' arrays and code. */
public final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern HIGH_WATER = Pattern.compile("(?m)^VmHWM:\\s*(\\d+) kB$");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s*(\\d+) kB$");
  private static final int KIB = 1024;

  private PeakMemory() {}

  /** In bytes; 0, unknown, where the system is no Linux. */
  public static long bytes() {
    return read(HIGH_WATER);
  }

  /** What it holds now, in bytes; 0, unknown, where the system is no Linux. */
  public static long resident() {
    return read(RESIDENT);
  }

  private static long read(Pattern line) {
    try {
      Matcher mark = line.matcher(Files.readString(STATUS));
      return mark.find() ? Long.parseLong(mark.group(1)) * KIB : 0;
    } catch (IOException noSuchFile) {
      return 0;
    }
  }
}
