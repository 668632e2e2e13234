package org.resnet4j.benchmarks.cluster;

import java.util.List;
import java.util.Locale;
import org.resnet4j.benchmarks.contest.Machine;

/**
 * What came out.
 *
 * @param commit of the sources, with a remark if they were changed since
 * @param started local time, ISO 8601
 * @param loadBefore load averages when the measurement began
 * @param loadAfter the same when it was over; its own work counts
 * @param cores where workers, and engines alone, were; drivers weren't pinned
 * @param precision as {@code --precision} has it
 * @param stepsPerEpoch of each worker
 */
record Figures(Machine machine, String commit, String started, String loadBefore, String loadAfter, Cores cores,
               String model, String precision, int stepsPerEpoch, int epochs, int rounds, List<Row> rows,
               List<PeerRow> peers) {

  /** In Markdown. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    line(text, "- Processor: %s, %d cores", machine.processor(), machine.cores());
    line(text, "- Load averages: %s before, %s after (the measurement's own work counts)", loadBefore, loadAfter);
    line(text, "- Commit: %s; started %s", commit, started);
    line(text, "- %s, --precision %s; %d steps an epoch of each worker, %d epochs of which the first half doesn't count,"
        + " rounds in turns: %d; medians", model, precision, stepsPerEpoch, epochs, rounds);
    rows.stream().map(Row::workers).distinct()
        .forEach(workers -> line(text, "- %d workers: %s", workers, cores.sentence(workers)));
    text.append("\n| workers | averaged | images a worker's step | seconds a round | images/s | of one engine alone"
        + " | ratio per worker |\n|---:|---|---:|---:|---:|---:|---:|\n");
    for (Row row : rows) {
      line(text, "| %d | %s | %d | %.3f | %.0f | %.0f | %.2f |", row.workers(),
          row.mode().equals(Mode.Averaged.GRADIENTS.toString()) ? row.mode() : row.mode() + " every " + row.k(),
          row.imagesPerWorkerStep(), row.secondsPerRound(), row.imagesPerSecond(), row.aloneImagesPerSecond(),
          row.ratio());
    }
    if (!peers.isEmpty()) {
      text.append("\n| workers | dl4j-spark, parameters every | helpers | images/s | ours | ours : dl4j-spark |\n"
          + "|---:|---:|---|---:|---:|---:|\n");
      for (PeerRow peer : peers) {
        line(text, "| %d | %d | %s | %.1f | %.0f | %.1f |", peer.workers(), peer.k(), peer.helpers() ? "on" : "off",
            peer.imagesPerSecond(), peer.ourImagesPerSecond(), peer.ratio());
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
