package org.resnet4j.spark.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.resnet4j.spark.cluster.WorkerReport.Natives;

/**
 * What is wrong with a cluster's workers, in sentences that say what to do.
 *
 * @param unable of executors that can't compute: a program fails there
 * @param faults with which it may be ended by the cluster's manager, or not reach an executor
 * @param warnings with which it runs, slower or with other results
 */
public record Diagnosis(List<String> unable, List<String> faults, List<String> warnings) {
  private static final long MIB = 1L << 20;

  /**
   * Judges reports.
   *
   * @param natives the platform of the natives in the program's jar, e.g. {@code linux-x86_64}
   * @param conf the context's
   */
  public static Diagnosis of(RollCall call, String natives, SparkConf conf) {
    Findings unable = new Findings();
    Findings faults = new Findings();
    Findings warnings = new Findings();
    for (WorkerReport report : call.reports()) {
      natives(report, natives, unable, warnings);
      memory(report, conf, faults);
      threads(report, conf, warnings);
    }
    List<String> allFaults = faults.sentences();
    List<String> allWarnings = warnings.sentences();
    if (!call.silent().isEmpty()) {
      allFaults.add("No task reached " + String.join(", ", call.silent())
          + ": is it busy with another program, or excluded after failures? The executor's log tells.");
    }
    if (!enforced(conf)) {
      machines(call.reports(), allFaults);
    }
    mixed(call.reports(), allWarnings);
    return new Diagnosis(List.copyOf(unable.sentences()), List.copyOf(allFaults), List.copyOf(allWarnings));
  }

  /** Whether all is well, but for warnings. */
  public boolean sound() {
    return unable.isEmpty() && faults.isEmpty();
  }

  /** What several executors have in common is said once. */
  private static final class Findings {
    private static final int NAMED = 3;

    private final Map<String, List<String>> found = new LinkedHashMap<>();

    void add(WorkerReport report, String predicate) {
      found.computeIfAbsent(predicate, key -> new ArrayList<>())
          .add("executor " + report.executor() + " on " + report.host());
    }

    List<String> sentences() {
      List<String> sentences = new ArrayList<>();
      found.forEach((predicate, names) -> {
        String subject = String.join(", ", names.subList(0, Math.min(NAMED, names.size())))
            + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "");
        sentences.add("E" + subject.substring(1) + " " + predicate);
      });
      return sentences;
    }
  }

  private static void natives(WorkerReport report, String natives, Findings unable, Findings warnings) {
    boolean computes = report.has(Natives.ND4J);
    for (WorkerReport.Unloaded unloaded : report.unloaded()) {
      String advice = report.platform().equals(natives) ? ""
          : " The program's jar has natives for " + natives + ", and this is " + report.platform()
              + ": build the jar on such a system (mvn -pl training-spark -am package), and let all workers be alike.";
      String sentence = "can't load " + unloaded.natives().printed() + ": "
          + unloaded.reason().replaceFirst("\\.$", "") + "." + advice;
      if (unloaded.natives() == Natives.ND4J) {
        unable.add(report, sentence);
      } else if (computes) { // else it isn't what is wrong there
        warnings.add(report, sentence + (unloaded.natives() == Natives.ENGINE
            ? " Deeplearning4j computes there, several times slower."
            : " Images are decoded by Java there, some three times slower."));
      }
    }
  }

  /** What the manager allows an executor, against what it believes it may take. */
  private static void memory(WorkerReport report, SparkConf conf, Findings faults) {
    if (report.offHeap() == 0 || !enforced(conf)) {
      return;
    }
    MemoryLimits limits = ClusterSettings.executorMemory(conf);
    long needed = Math.max(MemoryLimits.overheadFor(report.offHeap()), report.process() - limits.heap());
    if (limits.overhead() + MIB < needed) {
      faults.add(report, String.format(Locale.ROOT, "may take %,d MB off the heap and %,d MB in all, but the cluster's"
          + " manager ends an executor beyond %,d MB of heap and %,d MB beside it. Give"
          + " --conf spark.executor.memoryOverhead=%dm, or leave the limits of JavaCPP to this program.",
          report.offHeap() / MIB, report.process() / MIB, limits.heap() / MIB, limits.overhead() / MIB, needed / MIB));
    }
  }

  /** Where nobody counts what is beside the heap, as in Spark's own manager, the machine's memory is the limit. */
  private static void machines(List<WorkerReport> reports, List<String> faults) {
    Map<String, List<WorkerReport>> hosts = reports.stream()
        .collect(Collectors.groupingBy(WorkerReport::host, TreeMap::new, Collectors.toList()));
    hosts.forEach((host, executors) -> {
      long allowed = executors.stream().mapToLong(WorkerReport::process).sum();
      long machine = executors.get(0).machine();
      if (allowed > machine) {
        faults.add(String.format(Locale.ROOT, "The executors on %s may take %,d MB, and it has %,d MB: lower"
            + " spark.executor.memory or spark.executor.memoryOverhead.", host, allowed / MIB, machine / MIB));
      }
    });
  }

  private static void threads(WorkerReport report, SparkConf conf, Findings warnings) {
    int cores = conf.getInt("spark.task.cpus", 1);
    if (report.threads() > cores) {
      warnings.add(report, "would compute a task on " + report.threads() + " threads, but a task has " + cores
          + " (spark.task.cpus): tasks take cores from one another. OMP_NUM_THREADS is "
          + (report.threadsSet().isEmpty() ? "not set" : report.threadsSet()) + " there.");
    }
  }

  /** Kernels for other instructions add in another order. */
  private static void mixed(List<WorkerReport> reports, List<String> warnings) {
    Set<String> sets = reports.stream().map(WorkerReport::instructions).filter(set -> !set.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
    if (sets.size() > 1) {
      warnings.add("Workers' processors differ (" + String.join(", ", sets) + "), and so do the last bits of results: a"
          + " run is repeatable only if ONEDNN_MAX_CPU_ISA makes them alike (--conf"
          + " spark.executorEnv.ONEDNN_MAX_CPU_ISA=AVX2, or what the oldest of them has).");
    }
  }

  private static boolean enforced(SparkConf conf) {
    String master = conf.get("spark.master", "");
    return master.startsWith("yarn") || master.startsWith("k8s");
  }
}
