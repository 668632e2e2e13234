package org.resnet4j.spark.data;

import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

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
}
