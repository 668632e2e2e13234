package org.resnet4j.spark.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;

/** Rows of Parquet files, as Spark deals them out to tasks. */
final class TableImages implements GivenImages {
  private final String where;
  private final Dataset<Row> table;
  private final int size;

  private TableImages(String where, Dataset<Row> table, int size) {
    this.where = where;
    this.table = table;
    this.size = size;
  }

  static TableImages open(SparkSession session, Path data) {
    Dataset<Row> table = session.read().parquet(data.toString());
    ParquetTable.require(table, data, ParquetTable.PATH, DataTypes.StringType);
    ParquetTable.require(table, data, ParquetTable.BYTES, DataTypes.BinaryType);
    Column label = functions.lit(null).cast(DataTypes.StringType);
    if (Arrays.asList(table.columns()).contains(ParquetTable.LABEL)) {
      ParquetTable.require(table, data, ParquetTable.LABEL, DataTypes.StringType);
      label = table.col(ParquetTable.LABEL);
    }
    long rows = table.count();
    if (rows == 0) {
      throw new DataException(Kind.NO_IMAGES, data + ": no rows in these Parquet files");
    }
    if (rows > Integer.MAX_VALUE) {
      throw new DataException(Kind.TOO_LARGE, data + ": " + rows + " rows, expected at most " + Integer.MAX_VALUE
          + "; predict some of the files at a time");
    }
    return new TableImages(data.toString(),
        table.select(table.col(ParquetTable.PATH), label, table.col(ParquetTable.BYTES)), (int) rows);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  @Override
  public <T> JavaRDD<T> tasks(int batch, int slots, Task<T> task) {
    String file = where;
    return table.toJavaRDD().mapPartitions(rows -> task.run(images(rows, file)));
  }

  private static Iterator<EncodedImage> images(Iterator<Row> rows, String where) {
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(rows, 0), false).map(row -> image(row, where))
        .iterator();
  }

  /** Without bytes, it is an image of none. */
  private static EncodedImage image(Row row, String where) {
    if (row.isNullAt(0)) {
      throw new DataException(Kind.BAD_FILE, where + ": a row has no " + ParquetTable.PATH + "; give every row one");
    }
    byte[] content = row.isNullAt(2) ? new byte[0] : row.getAs(2);
    return new EncodedImage(row.getString(0), row.isNullAt(1) ? null : row.getString(1), () -> content);
  }

  @Override
  public void close() {
    // Nothing was sent.
  }
}
