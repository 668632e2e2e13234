/**
 * Images on any Hadoop file system. {@link org.resnet4j.spark.data.HadoopDatasets} opens class folders, and sets that
 * {@link org.resnet4j.spark.data.Packing} made of them: few large files in place of a million small ones.
 */
package org.resnet4j.spark.data;
