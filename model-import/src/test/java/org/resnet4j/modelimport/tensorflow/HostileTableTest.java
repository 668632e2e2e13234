package org.resnet4j.modelimport.tensorflow;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.resnet4j.modelimport.tensorflow.TableBytes.concat;
import static org.resnet4j.modelimport.tensorflow.TableBytes.entry;
import static org.resnet4j.modelimport.tensorflow.TableBytes.field;
import static org.resnet4j.modelimport.tensorflow.TableBytes.varint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileTableTest {
  private static final byte[] HEADER = field(1, 1);

  @TempDir
  private Path folder;

  private void refusedTable(byte[] table) throws IOException {
    refusedTable(Damaged.class, table);
  }

  private <T extends ModelImportException> void refusedTable(Class<T> type, byte[] table) throws IOException {
    Path file = folder.resolve("x.index");
    Files.write(file, table);
    assertThrows(type, () -> Checkpoint.open(file));
  }

  @Test
  void entriesThatLeaveTheirBlockAreRefused() throws IOException {
    byte[] end = {0, 0, 0, 0, 1, 0, 0, 0};
    for (long[] lengths : new long[][] {{1, 0, 0}, {0, 100, 0}, {0, 0, 100}, {0, -1, 1}, {0, 1, -1}, {-1, 0, 0},
        {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE}, {0, Long.MAX_VALUE, 1}, {0, 1L << 32, 0}}) {
      refusedTable(TableBytes.ofBlock(
          concat(varint(lengths[0]), varint(lengths[1]), varint(lengths[2]), end), 0));
    }
    byte[] endless = new byte[20];
    Arrays.fill(endless, (byte) 0xff);
    refusedTable(TableBytes.ofBlock(concat(endless, end), 0));
  }

  @Test
  void restartPointsThatLeaveTheirBlockAreRefused() throws IOException {
    for (byte[] end : new byte[][] {{}, {1}, {-1, -1, -1, -1}, {2, 0, 0, 0, 2, 0, 0, 0}, {-1, -1, -1, 127}}) {
      refusedTable(TableBytes.ofBlock(end, 0));
    }
  }

  @Test
  void keysOutOfOrderOrTwiceAreRefused() throws IOException {
    refusedTable(TableBytes.of(List.of(entry("", HEADER), entry("b", new byte[0]), entry("a", new byte[0]))));
    refusedTable(TableBytes.of(List.of(entry("", HEADER), entry("a", new byte[0]), entry("a", new byte[0]))));
  }

  @Test
  void endlessKeysAndCountlessEntriesAreRefused() throws IOException {
    refusedTable(TooLarge.class, TableBytes.of(List.of(entry("", HEADER), entry("a".repeat(2000), new byte[0]))));
    List<SortedTable.Entry> many = new ArrayList<>();
    for (int i = 0; i < SortedTable.MOST_ENTRIES + 1; i++) {
      many.add(entry("%08d".formatted(i), new byte[0]));
    }
    refusedTable(TooLarge.class, TableBytes.of(many));
  }

  @Test
  void anIndexThatLoopsOrRepeatsABlockIsRefused() throws IOException {
    TableBytes repeated = new TableBytes();
    byte[] block = repeated.block(TableBytes.block(List.of(entry("", HEADER))), 0);
    refusedTable(repeated.finish(List.of(entry("a", block), entry("b", block), entry("c", block))));

    TableBytes self = new TableBytes();
    byte[] handle = concat(varint(0), varint(20));
    byte[] index = self.block(TableBytes.block(List.of(entry("a", handle))), 0);
    refusedTable(self.finish(new byte[] {0, 0}, index));
  }

  @Test
  void blocksOutsideTheFileAreRefused() throws IOException {
    long most = Long.MAX_VALUE;
    for (long[] handle : new long[][] {{1 << 20, 5}, {0, 1 << 20}, {-1, 5}, {5, -1}, {most, most}}) {
      byte[] bytes = concat(varint(handle[0]), varint(handle[1]));
      refusedTable(new TableBytes().finish(List.of(entry("a", bytes))));
      refusedTable(new TableBytes().finish(new byte[] {0, 0}, bytes));
    }
  }

  @Test
  void aBlockThatIsNotWhereTheIndexSaysIsRefused() throws IOException {
    TableBytes table = new TableBytes();
    byte[] block = table.block(TableBytes.block(List.of(entry("", HEADER), entry("z", new byte[0]))), 0);
    refusedTable(table.finish(List.of(entry("b", block))));
  }

  @Test
  void anUnknownCompressionIsRefused() throws IOException {
    refusedTable(TableBytes.ofBlock(new byte[8], 2));
  }

  @Test
  void badSnappyDataAreRefused() throws IOException {
    byte[] literal = {0x1c, 1, 2, 3, 4, 5, 6, 7, 8};
    for (byte[] bad : new byte[][] {{}, varint(1L << 40), varint(-1), concat(varint(100), literal), varint(8),
        concat(varint(8), new byte[] {(byte) 0xfe, 1, 0}), concat(varint(4), literal), {8, 1, 0},
        {8, (byte) 0xff, 1, 2, 3, 4}, concat(varint(8), literal, literal)}) {
      refusedTable(TableBytes.ofBlock(bad, 1));
    }
  }
}
