package org.resnet4j.benchmarks.contest;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processor.
 *
 * @param flags instruction sets on which a network's speed depends, as Linux names them; empty where it doesn't tell
 * @param cores physical ones that this process may use
 */
public record Machine(String processor, Set<String> flags, int cores) {
  private static final Pattern TELLING = Pattern.compile("avx2|fma|avx512.*|avx_.*|amx_.*|asimd.*|sve.*|bf16|i8mm");

  /** This one. */
  public static Machine read() throws IOException {
    Path cpuinfo = Path.of("/proc/cpuinfo");
    int available = Runtime.getRuntime().availableProcessors();
    if (!Files.isReadable(cpuinfo)) {
      return new Machine(System.getProperty("os.arch"), Set.of(), available);
    }
    return parse(Files.readString(cpuinfo), allowed(), available);
  }

  /** The numbers of the processors that this process may use; empty where the system doesn't tell. */
  public static Set<Integer> allowed() throws IOException {
    Path status = Path.of("/proc/self/status");
    Matcher list = Pattern.compile("(?m)^Cpus_allowed_list:\\s+(\\S+)")
        .matcher(Files.isReadable(status) ? Files.readString(status) : "");
    return list.find() ? processors(list.group(1)) : Set.of();
  }

  /**
   * @param allowed processors that this process may use; empty for all
   * @param available as many may be busy at once, by the container's quota
   */
  static Machine parse(String cpuinfo, Set<Integer> allowed, int available) {
    Set<String> cores = new HashSet<>();
    for (String processor : cpuinfo.split("\n\n")) {
      String number = value(processor, "processor", "");
      if (!number.isEmpty() && (allowed.isEmpty() || allowed.contains(Integer.valueOf(number)))) {
        // Two hardware threads of a core share its arithmetic units.
        cores.add(value(processor, "physical id", "") + "/" + value(processor, "core id", number));
      }
    }
    Set<String> flags = new TreeSet<>(Arrays.asList(value(cpuinfo, "flags|Features", "").split("\\s+")));
    flags.removeIf(flag -> !TELLING.matcher(flag).matches());
    return new Machine(value(cpuinfo, "model name", System.getProperty("os.arch")), flags,
        cores.isEmpty() ? available : Math.min(cores.size(), available));
  }

  /** A list such as {@code 0-3,8}. */
  static Set<Integer> processors(String list) {
    Set<Integer> numbers = new HashSet<>();
    for (String range : list.split(",")) {
      int[] ends = Arrays.stream(range.split("-")).mapToInt(Integer::parseInt).toArray();
      for (int number = ends[0]; number <= ends[ends.length - 1]; number++) {
        numbers.add(number);
      }
    }
    return numbers;
  }

  /** Whether there are kernels in bfloat16 that are faster than those in float32. */
  boolean fastBfloat16() {
    return flags.contains("avx512_bf16") || flags.contains("amx_bf16")
        || flags.containsAll(List.of("avx_vnni_int8", "avx_ne_convert"));
  }

  /** The load averages of the last 1, 5 and 15 minutes; of one on systems without {@code /proc}. */
  public static String load() {
    try {
      String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ");
      return String.join(" ", Arrays.copyOf(fields, 3));
    } catch (IOException e) {
      return String.valueOf(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
  }

  private static String value(String text, String key, String otherwise) {
    Matcher line = Pattern.compile("(?m)^(?:" + key + ")\\s*:\\s*(.*)$").matcher(text);
    return line.find() ? line.group(1).strip() : otherwise;
  }
}
