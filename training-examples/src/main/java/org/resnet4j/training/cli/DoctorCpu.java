package org.resnet4j.training.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processor's name and those of its instruction sets on which the speed of a network depends.
 *
 * @param flags e.g. {@code AVX2, AVX-512, AMX BF16}; empty if they can't be found out
 */
record DoctorCpu(String model, List<String> flags) {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private enum Flag {
    AVX("AVX"), AVX2("AVX2"), FMA("FMA"), AVX512F("AVX-512"), AVX512_VNNI("AVX-512 VNNI"),
    AVX512_BF16("AVX-512 BF16"), AVX_VNNI("AVX VNNI"), AMX_TILE("AMX"), AMX_BF16("AMX BF16"), AMX_INT8("AMX INT8"),
    ASIMD("NEON"), SVE("SVE"), BF16("BF16"), I8MM("I8MM");

    private final String printed;

    Flag(String printed) {
      this.printed = printed;
    }
  }

  static DoctorCpu read() {
    if (Files.isReadable(CPUINFO)) {
      try {
        return parse(Files.readString(CPUINFO));
      } catch (IOException e) {
        // Unreadable is like absent: the JVM's own view is left.
      }
    }
    return fromJvm();
  }

  /** Reads Linux' {@code /proc/cpuinfo}: x86 says {@code flags}, ARM {@code Features} and no model name. */
  static DoctorCpu parse(String cpuinfo) {
    Set<String> found = new HashSet<>(List.of(value(cpuinfo, "flags|Features", "").split("\\s+")));
    List<String> flags = new ArrayList<>();
    for (Flag flag : Flag.values()) {
      if (found.contains(flag.name().toLowerCase(Locale.ROOT))) {
        flags.add(flag.printed);
      }
    }
    return new DoctorCpu(value(cpuinfo, "model name", System.getProperty("os.arch")), List.copyOf(flags));
  }

  /** Where there is no {@code /proc}: what HotSpot found out for its compiler (UseAVX 1, 2, 3: AVX, AVX2, AVX-512). */
  private static DoctorCpu fromJvm() {
    String name = System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", System.getProperty("os.arch"));
    HotSpotDiagnosticMXBean hotspot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      int avx = Integer.parseInt(hotspot.getVMOption("UseAVX").getValue());
      return new DoctorCpu(name, List.of("AVX", "AVX2", "AVX-512").subList(0, Math.max(0, Math.min(3, avx))));
    } catch (IllegalArgumentException e) { // no such option: not an x86, or not HotSpot
      return new DoctorCpu(name, List.of());
    }
  }

  private static String value(String cpuinfo, String key, String otherwise) {
    Matcher line = Pattern.compile("(?m)^(?:" + key + ")\\s*:\\s*(.*)$").matcher(cpuinfo);
    return line.find() ? line.group(1).strip() : otherwise;
  }
}
