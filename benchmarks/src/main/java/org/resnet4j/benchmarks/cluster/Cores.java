package org.resnet4j.benchmarks.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Where workers compute: each on one processor, in turns where there are more workers.
 *
 * @param processors their numbers; empty where the system doesn't tell or pin
 */
record Cores(List<Integer> processors) {
  private static final Path TASKSET = Path.of("/usr/bin/taskset");

  /** @param allowed that this process may use */
  static Cores of(Set<Integer> allowed) {
    return new Cores(Files.isExecutable(TASKSET) ? allowed.stream().sorted().toList() : List.of());
  }

  /** What stands before the command of a worker, 0-based. */
  List<String> prefix(int worker) {
    return processors.isEmpty() ? List.of()
        : List.of(TASKSET.toString(), "-c", "" + processors.get(worker % processors.size()));
  }

  /** How they lie, for a report. */
  String sentence(int workers) {
    if (processors.isEmpty()) {
      return "workers aren't pinned to processors here";
    }
    int most = (workers + processors.size() - 1) / processors.size();
    return most == 1 ? "each worker on a processor of its own"
        : "up to " + most + " workers on a processor, in the cluster as alone";
  }
}
