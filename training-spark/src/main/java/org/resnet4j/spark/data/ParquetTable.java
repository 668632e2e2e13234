package org.resnet4j.spark.data;

import java.util.Arrays;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;

/** The columns of images in Parquet files. */
final class ParquetTable {
  static final String PATH = "path";
  /** The class's name. */
  static final String LABEL = "label";
  /** Train, val or test; where the column is missing, all are for training. */
  static final String PART = "part";
  static final String BYTES = "bytes";

  static final StructType SCHEMA = new StructType().add(PATH, DataTypes.StringType, false)
      .add(LABEL, DataTypes.StringType, false).add(PART, DataTypes.StringType, false)
      .add(BYTES, DataTypes.BinaryType, false);

  private ParquetTable() { }

  /** @throws DataException if a table has no such column */
  static void require(Dataset<Row> table, Path where, String name, DataType type) {
    if (Arrays.stream(table.schema().fields())
        .noneMatch(field -> field.name().equals(name) && field.dataType().equals(type))) {
      throw new DataException(Kind.BAD_FILE, where + ": no column " + name + " of type " + type.simpleString()
          + " in these Parquet files, found " + table.schema().simpleString()
          + "; name the columns path (string), label (string) and bytes (binary)");
    }
  }
}
