/** What {@code spark-submit} runs: results on standard output, messages and Spark's log on standard error. */
package org.resnet4j.spark.cli;
