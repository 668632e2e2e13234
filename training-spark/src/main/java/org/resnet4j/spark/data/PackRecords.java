package org.resnet4j.spark.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Images of packed files, a column each: 20 bytes an image and its name.
 *
 * @param positions of the content's first byte in its file
 * @param lengths of the content
 * @param checksums of the content, CRC-32C
 */
record PackRecords(Names names, int[] labels, long[] positions, int[] lengths, int[] checksums)
    implements Serializable {

  int size() {
    return labels.length;
  }

  /** One after another. */
  static PackRecords concatenated(List<PackRecords> all) {
    return new PackRecords(
        Names.of(all.stream().flatMap(r -> IntStream.range(0, r.size()).mapToObj(r.names()::get)).toList()),
        ints(all, PackRecords::labels), all.stream().flatMapToLong(r -> Arrays.stream(r.positions())).toArray(),
        ints(all, PackRecords::lengths), ints(all, PackRecords::checksums));
  }

  private static int[] ints(List<PackRecords> all, Function<PackRecords, int[]> column) {
    return all.stream().flatMapToInt(r -> Arrays.stream(column.apply(r))).toArray();
  }

  /** Where each file's images begin, and behind the last where they end. */
  static int[] starts(List<PackFile> files) {
    int[] starts = new int[files.size() + 1];
    for (int i = 0; i < files.size(); i++) {
      starts[i + 1] = starts[i] + files.get(i).images();
    }
    return starts;
  }
}
