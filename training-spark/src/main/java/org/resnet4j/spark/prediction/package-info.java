/** Predictions of a cluster: {@link org.resnet4j.spark.prediction.Predicting} writes them to Parquet files. */
package org.resnet4j.spark.prediction;
