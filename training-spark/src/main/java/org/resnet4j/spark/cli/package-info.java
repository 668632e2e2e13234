/** Commands for {@code spark-submit}. */
package org.resnet4j.spark.cli;
