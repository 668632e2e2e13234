package org.resnet4j.spark.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.FolderLayout;
import org.resnet4j.training.data.Part;

/** Images that are read one by one: each task has a run of them, and reads them itself. */
final class ListedImages implements GivenImages {
  /** Some seconds of work, for a bar that moves and executors that end together. */
  private static final int IMAGES_OF_TASK = 256;
  /** From so many tasks on, they get more images, lest each write a small file: up to {@link #MOST_IMAGES_OF_TASK}. */
  private static final int TASKS = 1000;
  /** With features, a file of some 16 MB. */
  private static final int MOST_IMAGES_OF_TASK = 2048;
  private static final int TASKS_OF_SLOT = 4;
  private static final int UNLABELLED = -1;

  private final JavaSparkContext spark;
  private final int size;
  private final List<String> warnings;
  private final Broadcast<EncodedImages> images;
  private final Broadcast<String[]> classes;

  private ListedImages(JavaSparkContext spark, EncodedImages images, List<String> classes, List<String> warnings) {
    this.spark = spark;
    this.warnings = List.copyOf(warnings);
    size = images.size();
    this.images = spark.broadcast(images);
    this.classes = spark.broadcast(classes.toArray(String[]::new));
  }

  static ListedImages of(JavaSparkContext spark, EncodedImages images, List<String> classes) {
    return new ListedImages(spark, images, classes, List.of());
  }

  /** All files below the folder that are called as images are. */
  static ListedImages find(JavaSparkContext spark, Path root, HadoopAccess access, List<String> classes) {
    List<String> warnings = new ArrayList<>();
    HadoopTree tree = new HadoopTree(access, (files, options) -> {
      throw new UnsupportedOperationException("images are checked as they are predicted");
    });
    List<String> found = tree.files(HadoopFile.root(root), warnings).stream().map(HadoopFile::path).toList();
    List<String> names = found.stream().filter(FolderLayout::isImageName).toList();
    if (names.isEmpty()) {
      throw new DataException(Kind.NO_IMAGES, root + ": no images in or below this folder, but " + found.size()
          + " other files; image files end with .jpg, .png, .gif, .bmp, .webp or .tif");
    }
    if (names.size() < found.size()) {
      String other = found.stream().filter(name -> !FolderLayout.isImageName(name)).findFirst().orElseThrow();
      warnings.add(root + ": " + (found.size() - names.size()) + " files aren't called as images are, and were left"
          + " out, such as " + other);
    }
    Map<String, Integer> labels = new HashMap<>();
    classes.forEach(name -> labels.putIfAbsent(name, classes.indexOf(name)));
    int[] ofImages = names.stream().mapToInt(name -> label(name, labels)).toArray();
    return new ListedImages(spark, new HadoopImages(new ImageIndex(root.toString(), Names.of(names), ofImages), access),
        classes, warnings);
  }

  private static int label(String path, Map<String, Integer> labels) {
    String[] names = path.split("/");
    int folder = names.length > 2 && isPart(names[0]) ? 1 : 0;
    return names.length < 2 ? UNLABELLED : labels.getOrDefault(names[folder], UNLABELLED);
  }

  private static boolean isPart(String name) {
    return Arrays.stream(Part.values()).anyMatch(part -> part.folderNames().contains(name.toLowerCase(Locale.ROOT)));
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public List<String> warnings() {
    return warnings;
  }

  /** In whole batches but the last. */
  @Override
  public <T> JavaRDD<T> tasks(int batch, int slots, Task<T> task) {
    int batches = (int) (((long) size + batch - 1) / batch);
    int enough = Math.max(Math.min(TASKS, size / IMAGES_OF_TASK), size / MOST_IMAGES_OF_TASK);
    int count = Math.min(batches, Math.max(TASKS_OF_SLOT * slots, enough));
    int total = size;
    Broadcast<EncodedImages> sent = images;
    Broadcast<String[]> names = classes;
    return spark.parallelize(IntStream.range(0, count).boxed().toList(), count).flatMap(number -> task.run(
        IntStream.range(begin(number, count, batches, batch, total), begin(number + 1, count, batches, batch, total))
            .mapToObj(image -> image(sent.value(), image, names.value())).iterator()));
  }

  private static int begin(int task, int tasks, int batches, int batch, int images) {
    return (int) Math.min(images, (long) batches * task / tasks * batch);
  }

  private static EncodedImage image(EncodedImages images, int index, String[] classes) {
    int label = images.label(index);
    return new EncodedImage(images.name(index), label == UNLABELLED ? null : classes[label],
        () -> images.content(index));
  }

  @Override
  public void close() {
    images.destroy();
    classes.destroy();
  }
}
