package org.resnet4j.spark.data;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileSystem;
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

/** Writes Parquet files by Spark SQL, beside their place; the whole folder is renamed at the end. */
final class ParquetOutput {
  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Path out;
  private final FileSystem files;

  ParquetOutput(SparkSession session, Path out, HadoopAccess access) {
    this.session = session;
    this.out = out;
    spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    files = access.fileSystem(out);
  }

  Packing.Result write(PackSource source, PackList list, List<PlannedFile> planned, IntConsumer progress) {
    Path beside = new Path(out.getParent(), "." + out.getName() + ".packing");
    // A task that runs again reports again: as a set, each image is in it once.
    CollectionAccumulator<BadImage> reported = session.sparkContext().collectionAccumulator();
    Broadcast<Names> names = spark.broadcast(list.names());
    Broadcast<int[]> labels = spark.broadcast(list.labels());
    try {
      JavaRDD<Row> rows = source.tasks(spark, planned, new RowTask(list.classes(), names, labels, reported));
      SparkJobs.run(spark, "Packing images", () -> {
        session.createDataFrame(rows, ParquetTable.SCHEMA).write().mode("overwrite").option("compression", "none")
            // Rows have any size: counted by the hundred, as is usual, they don't fit into memory.
            .option("parquet.page.size.row.check.min", "1").option("parquet.page.size.row.check.max", "10")
            .option("parquet.block.size.row.check.min", "1").option("parquet.block.size.row.check.max", "10")
            .option("parquet.enable.dictionary", "false").parquet(beside.toString());
        return true;
      }, list.size(), progress);
      List<BadImage> bad = new LinkedHashSet<>(reported.value()).stream()
          .sorted(Comparator.comparing(BadImage::file, HadoopFile::order)).toList();
      Set<String> left = bad.stream().map(BadImage::file).collect(Collectors.toSet());
      int[] good = IntStream.range(0, list.size()).filter(i -> !left.contains(list.names().get(i))).toArray();
      Packing.requireClasses(list, Arrays.stream(good).filter(i -> list.parts()[i] == Part.TRAIN)
          .mapToObj(i -> list.labels()[i]).collect(Collectors.toSet()), bad);
      files.delete(out, false); // an empty folder
      if (!files.rename(beside, out)) {
        throw new IOException("could not be renamed from " + beside);
      }
      return new Packing.Result(list.classes(), good.length, planned.size(),
          Arrays.stream(good).mapToLong(i -> list.bytes()[i]).sum(), bad, list.warnings());
    } catch (IOException e) {
      throw PackOutput.unwritable(out, e);
    } catch (RuntimeException e) {
      remove(beside, e);
      throw e;
    } finally {
      names.destroy();
      labels.destroy();
    }
  }

  private void remove(Path beside, RuntimeException why) {
    try {
      files.delete(beside, true);
    } catch (IOException e) {
      why.addSuppressed(e);
    }
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
