package org.resnet4j.benchmarks.scaling;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** A table in Markdown. */
final class MarkdownTable {
  private MarkdownTable() {}

  static String of(List<String> head, List<List<String>> rows) {
    return line(head) + line(Collections.nCopies(head.size(), "---"))
        + rows.stream().map(MarkdownTable::line).collect(Collectors.joining());
  }

  private static String line(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
