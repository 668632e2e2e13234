package org.resnet4j.spark.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.Part;
import scala.Tuple2;

/** Rows of Parquet files: Spark brings each one to the task that packs it. */
final class ParquetSource implements PackSource {
  private static final String ENDING = ".parquet";

  private final Dataset<Row> table;
  private final PackList list;

  /** @throws DataException if columns are missing, or the rows can't be trained on */
  ParquetSource(SparkSession session, Path data) {
    table = session.read().parquet(data.toString());
    ParquetTable.require(table, data, ParquetTable.PATH, DataTypes.StringType);
    ParquetTable.require(table, data, ParquetTable.LABEL, DataTypes.StringType);
    ParquetTable.require(table, data, ParquetTable.BYTES, DataTypes.BinaryType);
    boolean parts = Arrays.asList(table.columns()).contains(ParquetTable.PART);
    Column part = parts ? table.col(ParquetTable.PART) : functions.lit("train");
    List<Listed> rows = table.select(table.col(ParquetTable.PATH), table.col(ParquetTable.LABEL), part,
        functions.length(table.col(ParquetTable.BYTES))).toJavaRDD().map(row -> new Listed(row, data.toString()))
        .collect().stream().sorted(Comparator.comparing(Listed::path, HadoopFile::order)).toList();
    list = list(data, rows);
  }

  /** A row without its image. */
  private record Listed(String path, String label, Part part, long bytes) implements Serializable {
    Listed(Row row, String where) {
      this(text(row, 0, where), text(row, 1, where), part(text(row, 2, where), where),
          row.isNullAt(3) ? 0 : row.getInt(3));
    }

    private static String text(Row row, int column, String where) {
      if (row.isNullAt(column)) {
        throw new DataException(Kind.BAD_FILE, where + ": a row has no " + row.schema().fieldNames()[column]
            + "; give every row a path and a label");
      }
      return row.getString(column);
    }

    private static Part part(String name, String where) {
      for (Part part : Part.values()) {
        if (part.folderNames().contains(name.toLowerCase(Locale.ROOT))) {
          return part;
        }
      }
      throw new DataException(Kind.BAD_FILE, where + ": a row is of part \"" + name + "\", expected train, val or test");
    }
  }

  /** Whether Parquet files are there: one, or a folder with some. */
  static boolean isParquet(Path data, HadoopAccess access) {
    FileSystem files = access.fileSystem(data);
    try {
      for (FileStatus status : files.listStatus(data)) {
        if (status.isFile() && status.getPath().getName().endsWith(ENDING)) {
          return true;
        }
      }
      return false;
    } catch (FileNotFoundException e) {
      return false; // who reads folders says so
    } catch (IOException | IllegalArgumentException e) {
      throw HadoopAccess.unreachable(data, e);
    }
  }

  private static PackList list(Path data, List<Listed> rows) {
    if (rows.isEmpty()) {
      throw new DataException(Kind.NO_IMAGES, data + ": no rows in these Parquet files");
    }
    for (int i = 1; i < rows.size(); i++) {
      if (rows.get(i).path.equals(rows.get(i - 1).path)) {
        throw new DataException(Kind.BAD_FILE, data + ": two rows are called " + rows.get(i).path
            + "; give each image a path of its own");
      }
    }
    List<String> classes = rows.stream().map(Listed::label).distinct().sorted().toList();
    if (classes.size() == 1) {
      throw new DataException(Kind.ONE_CLASS, data + ": only one class, " + classes.get(0)
          + "; a classifier needs two or more labels");
    }
    for (Listed row : rows) {
      if ((row.label + row.path).chars().anyMatch(Character::isISOControl) || row.label.isEmpty()) {
        throw new DataException(Kind.CLASS_NAME, data + ": a label is empty, or a label or path has control characters,"
            + " found \"" + (row.label + "\", \"" + row.path).replaceAll("\\p{Cc}", "?") + "\"");
      }
    }
    return new PackList(data.toString(), classes, Names.of(rows.stream().map(Listed::path).toList()),
        rows.stream().mapToInt(row -> classes.indexOf(row.label)).toArray(),
        rows.stream().map(Listed::part).toArray(Part[]::new), rows.stream().mapToLong(Listed::bytes).toArray(),
        List.of());
  }

  @Override
  public PackList list() {
    return list;
  }

  @Override
  public <T> JavaRDD<T> tasks(JavaSparkContext spark, List<PlannedFile> files, FileTask<T> task) {
    int[] places = new int[list.size()];
    int[] ends = new int[files.size()];
    int next = 0;
    for (PlannedFile file : files) {
      for (int image : file.images()) {
        places[image] = next++;
      }
      ends[file.number()] = next;
    }
    Broadcast<Names> names = spark.broadcast(list.names());
    Broadcast<int[]> placed = spark.broadcast(places);
    Broadcast<List<PlannedFile>> planned = spark.broadcast(files);
    return table.select(ParquetTable.PATH, ParquetTable.BYTES).toJavaRDD()
        .mapToPair(row -> new Tuple2<>(placed.value()[names.value().find(row.getString(0))],
            row.isNullAt(1) ? new byte[0] : row.<byte[]>getAs(1)))
        .repartitionAndSortWithinPartitions(new ByFile(ends))
        .mapPartitionsWithIndex((file, rows) -> task.run(planned.value().get(file), image -> rows.next()._2()), false);
  }

  /** By the file that an image's place is in. */
  private static final class ByFile extends Partitioner {
    private static final long serialVersionUID = 1;
    private final int[] ends;

    ByFile(int[] ends) {
      this.ends = ends;
    }

    @Override
    public int numPartitions() {
      return ends.length;
    }

    @Override
    public int getPartition(Object place) {
      int found = Arrays.binarySearch(ends, (Integer) place + 1);
      return found >= 0 ? found : -found - 1;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByFile byFile && Arrays.equals(ends, byFile.ends);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(ends);
    }
  }
}
