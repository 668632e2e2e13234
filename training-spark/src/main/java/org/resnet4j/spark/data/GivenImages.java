package org.resnet4j.spark.data;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.resnet4j.training.data.DataException;

/**
 * All images that lie somewhere on a Hadoop file system, to be looked at once each: a packed set, Parquet files with
 * columns path, bytes and, if they are known, label, or a folder of image files, whatever folders they are in. None is
 * checked before its turn comes.
 */
public sealed interface GivenImages extends AutoCloseable permits ListedImages, TableImages {
  /** What a task does with its images. */
  interface Task<T> extends Serializable {
    /** @param images in their order, each handed out once */
    Iterator<T> run(Iterator<EncodedImage> images);
  }

  /**
   * Finds out what is there.
   *
   * @param classes by which a folder's images are labelled: one is of a class if it lies in the folder of that name,
   *     directly in the data's folder or in its train, val or test
   * @throws DataException if the data can't be reached, isn't understood, or has no images
   */
  static GivenImages open(SparkSession session, Path data, List<String> classes) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    HadoopAccess access = new HadoopAccess(spark.hadoopConfiguration());
    Path root = access.qualified(data);
    if (ParquetSource.isParquet(root, access)) {
      return TableImages.open(session, root);
    }
    Optional<PackIndex> packed = HadoopDatasets.packIndex(root, access, "Understood are: a folder of images; what the"
        + " command pack makes of one; and Parquet files with columns path and bytes");
    return packed.<GivenImages>map(index -> ListedImages.of(spark, new PackedImages(root, index, access),
        index.classes())).orElseGet(() -> ListedImages.find(spark, root, access, classes));
  }

  /** How many there are. */
  int size();

  /** A sentence each for what was left out. */
  List<String> warnings();

  /**
   * Has tasks look at them.
   *
   * @param batch images that a task computes at a time
   * @param slots tasks that the cluster runs at a time
   */
  <T> JavaRDD<T> tasks(int batch, int slots, Task<T> task);

  /** Frees what was sent to the workers. */
  @Override
  void close();
}
