package org.resnet4j.spark.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.FolderLayout;
import org.resnet4j.training.data.Part;

/**
 * Makes a few large files of many images: a name node, an object store and the network answer for a file, not for a
 * byte. Each image is read once, decoded as a check, and written as it is.
 *
 * <p>{@link Format#SEQUENCE} is what is trained on: uncompressed Hadoop sequence files and an index of where each image
 * lies, so that images are read one by one in any order. {@link Format#PARQUET} is for Spark SQL and other programs, and
 * can be packed anew and predicted on: a column chunk is encoded page by page and says nowhere where a row's bytes are,
 * so that one image costs a page of them or, as readers go, a whole row group.
 */
public final class Packing {

  /** Of the files. */
  public enum Format {
    /** Hadoop sequence files, with an index. */
    SEQUENCE,
    /** Columns path, label, part, bytes. */
    PARQUET
  }

  /**
   * What to pack.
   *
   * @param data class folders, or Parquet files with columns path, label, bytes and, if there are parts, part
   * @param out a folder that is empty or isn't there
   * @param fileBytes images that go into a file, in bytes
   * @param seed of the order
   */
  public record Options(Path data, Path out, long fileBytes, long seed, Format format) {
    public Options {
      if (fileBytes < 1) {
        throw new IllegalArgumentException("a packed file has 1 byte or more, found " + fileBytes);
      }
    }
  }

  /**
   * What was packed.
   *
   * @param bytes of the images
   * @param bad those left out, by name
   * @param warnings a sentence each
   */
  public record Result(List<String> classes, int images, int files, long bytes, List<BadImage> bad,
                       List<String> warnings) { }

  private final SparkSession session;
  private final JavaSparkContext spark;
  private final HadoopAccess access;
  private final Path data;
  private final Path out;
  private final Options options;

  /**
   * Asks both file systems.
   *
   * @throws DataException if the data's can't be reached
   * @throws UncheckedIOException if the output's can't be reached, or not written to
   */
  public Packing(SparkSession session, Options options) {
    this.session = session;
    this.options = options;
    spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    access = new HadoopAccess(spark.hadoopConfiguration());
    access.require(options.data());
    data = access.qualified(options.data());
    try {
      access.requireWritable(options.out());
    } catch (DataException e) {
      throw new UncheckedIOException(e.getMessage(), new IOException(e));
    }
    out = access.qualified(options.out());
  }

  /** What is wrong with where it is to go, as the rest of a sentence. */
  public Optional<String> objection() {
    return PackOutput.objection(data, out, access);
  }

  /**
   * Packs, exactly once each image, whatever tasks are lost on the way. If it fails, nothing stays that could be taken
   * for a packed set.
   *
   * @param images hears how many there are, before the first one is packed
   * @param progress hears how many are done
   * @throws DataException if the data can't be reached or trained on
   * @throws UncheckedIOException if the output can't be written
   */
  public Result run(IntConsumer images, IntConsumer progress) {
    PackSource source = ParquetSource.isParquet(data, access) ? new ParquetSource(session, data)
        : new FolderSource(data, access);
    PackList list = source.list();
    List<PlannedFile> files = PlannedFile.plan(list, options.fileBytes(), options.seed());
    images.accept(list.size());
    return switch (options.format()) {
      case SEQUENCE -> sequence(source, list, files, progress);
      case PARQUET -> new ParquetOutput(session, out, access).write(source, list, files, progress);
    };
  }

  private Result sequence(PackSource source, PackList list, List<PlannedFile> files, IntConsumer progress) {
    PackOutput output = new PackOutput(out, access);
    output.begin();
    Broadcast<Names> names = spark.broadcast(list.names());
    Broadcast<int[]> labels = spark.broadcast(list.labels());
    Broadcast<HadoopAccess> settings = spark.broadcast(access);
    try {
      JavaRDD<PackedPart> packing = source.tasks(spark, files,
          new SequenceTask(out.toString(), list.classes(), names, labels, settings));
      List<PackedPart> all = SparkJobs.run(spark, "Packing images", packing::collect, list.size(), progress);
      List<PackedPart> packed = all.stream().filter(part -> part.file().images() > 0).toList();
      List<BadImage> bad = all.stream().flatMap(part -> part.bad().stream())
          .sorted(Comparator.comparing(BadImage::file, HadoopFile::order)).toList();
      requireClasses(list, packed.stream().filter(part -> part.file().part() == Part.TRAIN)
          .flatMap(part -> Arrays.stream(part.records().labels()).boxed()).collect(Collectors.toSet()), bad);
      PackIndex index = index(list.classes(), packed);
      output.commit(index);
      long bytes = Arrays.stream(index.records().lengths()).asLongStream().sum();
      return new Result(list.classes(), index.records().size(), packed.size(), bytes, bad, list.warnings());
    } catch (RuntimeException e) {
      output.abandon(e);
      throw e;
    } finally {
      names.destroy();
      labels.destroy();
      settings.destroy();
    }
  }

  static void requireClasses(PackList list, Set<Integer> labels, List<BadImage> bad) {
    try {
      FolderLayout.requireEveryClass(list.where(), list.classes(), labels, "no readable training images; "
          + bad.size() + " of all are damaged");
    } catch (DataException e) {
      throw bad.isEmpty() ? e : new DataException(Kind.EMPTY_CLASS, e.getMessage() + ", such as " + bad.get(0).file()
          + ": " + bad.get(0).reason(), e);
    }
  }

  private static PackIndex index(List<String> classes, List<PackedPart> parts) {
    ByteArrayOutputStream hashes = new ByteArrayOutputStream();
    parts.forEach(part -> hashes.writeBytes(part.hashes()));
    return new PackIndex(classes, parts.stream().map(PackedPart::file).toList(),
        PackRecords.concatenated(parts.stream().map(PackedPart::records).toList()), hashes.toByteArray());
  }
}
