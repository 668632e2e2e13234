package org.resnet4j.spark.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.CheckedImage;
import org.resnet4j.training.data.Part;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;

/** Writes images to Parquet files. */
final class ParquetOutput {
  private static final Map<String, String> OPTIONS = Map.of("compression", "none", "parquet.enable.dictionary", "false",
      // Rows have any size: counted by the hundred, as is usual, they don't fit into memory.
      "parquet.page.size.row.check.min", "1", "parquet.page.size.row.check.max", "10",
      "parquet.block.size.row.check.min", "1", "parquet.block.size.row.check.max", "10");

  private final SparkSession session;
  private final JavaSparkContext spark;
  private final ParquetFolder folder;

  ParquetOutput(SparkSession session, Path out, HadoopAccess access) {
    this.session = session;
    spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    folder = new ParquetFolder(session, out, access);
  }

  Packing.Result write(PackSource source, PackList list, List<PlannedFile> planned, IntConsumer progress) {
    // A task that runs again reports again: as a set, each image is in it once.
    CollectionAccumulator<BadImage> reported = session.sparkContext().collectionAccumulator();
    Broadcast<Names> names = spark.broadcast(list.names());
    Broadcast<int[]> labels = spark.broadcast(list.labels());
    try {
      JavaRDD<Row> rows = source.tasks(spark, planned, new RowTask(list.classes(), names, labels, reported));
      return folder.write(new ParquetFolder.Table(rows, ParquetTable.SCHEMA, OPTIONS), "Packing images", list.size(),
          progress, written -> result(list, planned.size(), new LinkedHashSet<>(reported.value())));
    } finally {
      names.destroy();
      labels.destroy();
    }
  }

  private static Packing.Result result(PackList list, int files, Set<BadImage> reported) {
    List<BadImage> bad = reported.stream().sorted(Comparator.comparing(BadImage::file, HadoopFile::order)).toList();
    Set<String> left = bad.stream().map(BadImage::file).collect(Collectors.toSet());
    int[] good = IntStream.range(0, list.size()).filter(i -> !left.contains(list.names().get(i))).toArray();
    Packing.requireClasses(list, Arrays.stream(good).filter(i -> list.parts()[i] == Part.TRAIN)
        .mapToObj(i -> list.labels()[i]).collect(Collectors.toSet()), bad);
    return new Packing.Result(list.classes(), good.length, files,
        Arrays.stream(good).mapToLong(i -> list.bytes()[i]).sum(), bad, list.warnings());
  }

  private record RowTask(List<String> classes, Broadcast<Names> names, Broadcast<int[]> labels,
                         CollectionAccumulator<BadImage> bad) implements PackSource.FileTask<Row> {
    /** Row by row: a file's images needn't fit into memory. */
    @Override
    public Iterator<Row> run(PlannedFile file, IntFunction<byte[]> contents) {
      String part = file.part().folderNames().get(0);
      return Arrays.stream(file.images()).mapToObj(image -> row(image, part, contents)).filter(Objects::nonNull)
          .iterator();
    }

    private Row row(int image, String part, IntFunction<byte[]> contents) {
      String name = names.value().get(image);
      CheckedImage checked;
      byte[] content = null;
      try {
        content = contents.apply(image);
        checked = CheckedImage.of(content, name, ImageDecoder.DEFAULT);
      } catch (ImageException e) {
        checked = CheckedImage.bad(name, e);
      }
      if (!checked.isGood()) {
        bad.add(checked.bad());
        return null;
      }
      return RowFactory.create(name, classes.get(labels.value()[image]), part, content);
    }
  }
}
