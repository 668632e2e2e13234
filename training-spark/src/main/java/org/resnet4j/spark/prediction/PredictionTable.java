package org.resnet4j.spark.prediction;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.resnet4j.zoo.classify.Prediction;

/** The columns of predictions. */
final class PredictionTable {
  static final String PATH = "path";
  /** The class that the data say; null if they say none. */
  static final String LABEL = "label";
  /** The most probable classes, the most probable first; null for an image that couldn't be read. */
  static final String PREDICTIONS = "predictions";
  static final String CLASS = "class";
  static final String PROBABILITY = "probability";
  /** What the classifying layer is given; only on request. */
  static final String FEATURES = "features";
  /** Why an image couldn't be read; null if it could. */
  static final String ERROR = "error";

  private PredictionTable() {}

  static StructType schema(boolean features) {
    StructType prediction = new StructType().add(CLASS, DataTypes.StringType, false)
        .add(PROBABILITY, DataTypes.FloatType, false);
    StructType table = new StructType().add(PATH, DataTypes.StringType, false).add(LABEL, DataTypes.StringType)
        .add(PREDICTIONS, DataTypes.createArrayType(prediction, false));
    return (features ? table.add(FEATURES, DataTypes.createArrayType(DataTypes.FloatType, false)) : table)
        .add(ERROR, DataTypes.StringType);
  }

  /** @param features null if they aren't wanted */
  static Row row(String path, String label, List<Prediction> best, float[] features) {
    Row[] predictions = best.stream().map(p -> RowFactory.create(p.className(), (float) p.probability()))
        .toArray(Row[]::new);
    if (features == null) {
      return RowFactory.create(path, label, predictions, null);
    }
    Float[] boxed = new Float[features.length];
    Arrays.setAll(boxed, i -> features[i]);
    return RowFactory.create(path, label, predictions, boxed, null);
  }

  static Row damaged(String path, String label, String error, boolean features) {
    return features ? RowFactory.create(path, label, null, null, error) : RowFactory.create(path, label, null, error);
  }
}
