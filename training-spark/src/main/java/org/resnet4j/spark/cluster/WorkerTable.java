package org.resnet4j.spark.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.resnet4j.spark.cluster.WorkerReport.Natives;

/** Reports of workers as a table of text. */
public final class WorkerTable {
  private static final long MIB = 1L << 20;
  private static final List<String> TITLES = List.of("executor", "host", "Java", "system", "instructions", "bfloat16",
      "ND4J", "oneDNN", "OpenCV", "threads", "heap MB", "off-heap MB", "process MB", "machine MB");

  private WorkerTable() {}

  /** A line of titles and one for each worker. */
  public static List<String> of(List<WorkerReport> reports) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(TITLES);
    for (WorkerReport report : reports) {
      rows.add(List.of(report.executor(), report.host(), report.java(), report.platform(),
          report.instructions().isEmpty() ? "-" : report.instructions(),
          report.instructions().isEmpty() ? "-" : report.fastBfloat16() ? "fast" : "slow", loads(report, Natives.ND4J),
          loads(report, Natives.ENGINE), loads(report, Natives.DECODER), Integer.toString(report.threads()),
          megabytes(report.heap()), megabytes(report.offHeap()), megabytes(report.process()),
          megabytes(report.machine())));
    }
    int[] widths = new int[TITLES.size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      line.append(String.format(Locale.ROOT, "%-" + widths[column] + "s  ", row.get(column)));
    }
    return line.toString().stripTrailing();
  }

  private static String loads(WorkerReport report, Natives natives) {
    return report.has(natives) ? "yes" : "no";
  }

  private static String megabytes(long bytes) {
    return bytes == 0 ? "-" : Long.toString(bytes / MIB);
  }
}
