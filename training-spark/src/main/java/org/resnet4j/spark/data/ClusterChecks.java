package org.resnet4j.spark.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.resnet4j.training.data.CheckedImage;
import org.resnet4j.training.data.FolderOptions;
import org.resnet4j.training.data.ImageScan;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;

/** Who checks the images of a folder: threads of the driver, or the executors. */
final class ClusterChecks {
  /** Images of a task: enough for some seconds of work, few enough for a bar that moves. */
  private static final int TASK = 500;

  private ClusterChecks() { }

  static HadoopTree.Checks onDriver(HadoopAccess access) {
    return (files, options) -> ImageScan.run(files, file -> check(access, file.hadoopPath(), options.decoder()),
        options);
  }

  static HadoopTree.Checks onExecutors(HadoopAccess access, JavaSparkContext spark) {
    return (files, options) -> files.isEmpty() ? List.of() : run(access, spark, files, options);
  }

  private static List<CheckedImage> run(HadoopAccess access, JavaSparkContext spark, List<HadoopFile> files,
      FolderOptions options) {
    int total = files.size();
    String root = files.get(0).root();
    long maxBytes = options.decoder().maxBytes();
    long maxPixels = options.decoder().maxPixels();
    Broadcast<Names> names = spark.broadcast(Names.of(files.stream().map(HadoopFile::path).toList()));
    Broadcast<HadoopAccess> settings = spark.broadcast(access);
    List<Integer> tasks = IntStream.range(0, (total + TASK - 1) / TASK).boxed().toList();
    int[] told = new int[1];
    try {
      JavaRDD<CheckedImage> checked = spark.parallelize(tasks, tasks.size()).flatMap(task -> slice(task * TASK,
          Math.min(total, (task + 1) * TASK), names.value(), root, settings.value(),
          new ImageDecoder(maxBytes, maxPixels)));
      return SparkJobs.run(spark, "Checking images", checked::collect, total, done -> {
        while (told[0] < done) {
          options.progress().scanned(++told[0], total);
        }
      });
    } finally {
      names.destroy();
      settings.destroy();
    }
  }

  private static Iterator<CheckedImage> slice(int from, int to, Names names, String root, HadoopAccess access,
      ImageDecoder decoder) {
    List<CheckedImage> checked = new ArrayList<>();
    for (int i = from; i < to; i++) {
      checked.add(check(access, HadoopFile.of(root, names.get(i)), decoder));
    }
    return checked.iterator();
  }

  private static CheckedImage check(HadoopAccess access, Path file, ImageDecoder decoder) {
    byte[] content;
    try {
      content = access.read(file, decoder);
    } catch (ImageException e) {
      return CheckedImage.bad(file.toString(), e);
    }
    return CheckedImage.of(content, file.toString(), decoder);
  }
}
