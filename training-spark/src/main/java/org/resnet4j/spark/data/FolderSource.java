package org.resnet4j.spark.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.resnet4j.training.data.FolderLayout;
import org.resnet4j.training.data.FolderLayout.ImageFile;
import org.resnet4j.training.data.Part;
import org.resnet4j.zoo.image.ImageDecoder;

/** Class folders: each task reads its images itself. */
final class FolderSource implements PackSource {
  private final String root;
  private final PackList list;
  private final HadoopAccess access;

  FolderSource(Path root, HadoopAccess access) {
    this.root = root.toString();
    this.access = access;
    List<String> warnings = new ArrayList<>();
    // Without checks: the tasks that pack decode each image, and no image is read twice.
    HadoopTree tree = new HadoopTree(access, (files, options) -> {
      throw new UnsupportedOperationException("images are checked as they are packed");
    });
    FolderLayout<HadoopFile> layout = FolderLayout.of(tree, HadoopFile.root(root), warnings);
    List<ImageFile<HadoopFile>> files = layout.files().stream().sorted(Comparator.comparing(ImageFile::path)).toList();
    list = new PackList(this.root, layout.classes(),
        Names.of(files.stream().map(file -> file.path().path()).toList()),
        files.stream().mapToInt(ImageFile::label).toArray(), files.stream().map(ImageFile::part).toArray(Part[]::new),
        files.stream().mapToLong(file -> file.path().bytes()).toArray(), warnings);
  }

  @Override
  public PackList list() {
    return list;
  }

  @Override
  public <T> JavaRDD<T> tasks(JavaSparkContext spark, List<PlannedFile> files, FileTask<T> task) {
    Broadcast<Names> names = spark.broadcast(list.names());
    Broadcast<HadoopAccess> settings = spark.broadcast(access);
    String folder = root;
    return spark.parallelize(files, files.size()).flatMap(file -> task.run(file, image -> settings.value()
        .read(HadoopFile.of(folder, names.value().get(image)), ImageDecoder.DEFAULT)));
  }
}
