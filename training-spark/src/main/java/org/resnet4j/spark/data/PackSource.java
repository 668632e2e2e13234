package org.resnet4j.spark.data;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Where the images come from that are packed. */
interface PackSource {

  /** What a task does with a file's images. */
  interface FileTask<T> extends Serializable {
    /**
     * @param contents gives an image's bytes by its index in the list; asked once for each, in the file's order; throws
     *     {@code ImageException} for one that can't be read
     */
    Iterator<T> run(PlannedFile file, IntFunction<byte[]> contents);
  }

  PackList list();

  /** A partition a file. */
  <T> JavaRDD<T> tasks(JavaSparkContext spark, List<PlannedFile> files, FileTask<T> task);
}
