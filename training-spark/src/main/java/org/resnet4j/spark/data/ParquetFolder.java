package org.resnet4j.spark.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.resnet4j.training.data.DataException;

/**
 * A folder of Parquet files that is there as a whole or not at all, with each row once. Spark SQL writes beside its
 * place; of a task that ran twice, or at two places at once, the driver lets one attempt's file count. Then the whole
 * folder is renamed, and {@code _SUCCESS} comes last: an object store renames file by file.
 */
public final class ParquetFolder {
  private static final String SUCCESS = "_SUCCESS";

  private final SparkSession session;
  private final Path out;
  private final HadoopAccess access;
  private final FileSystem files;

  /**
   * Nothing is written yet.
   *
   * @param out with scheme and host
   * @throws DataException if the file system can't be reached
   */
  public ParquetFolder(SparkSession session, Path out, HadoopAccess access) {
    this.session = session;
    this.out = out;
    this.access = access;
    files = access.fileSystem(out);
  }

  /** What is wrong with writing there, as the rest of a sentence; the data mustn't hold it. */
  public Optional<String> objection(Path data) {
    return PackOutput.objection(data, out, access);
  }

  /** What is written, and how. */
  public record Table(JavaRDD<Row> rows, StructType schema, Map<String, String> options) { }

  /**
   * Writes it, in place of an empty folder or none. If anything fails, nothing stays.
   *
   * @param doing such as "Packing images"
   * @param total images of the whole job
   * @param progress hears how many of them are done
   * @param check looks at the written files before they are where they belong, and throws if they may not get there
   * @return what the check returned
   * @throws UncheckedIOException if it can't be written
   */
  public <T> T write(Table table, String doing, int total, IntConsumer progress, Function<Path, T> check) {
    Path beside = new Path(out.getParent(), "." + out.getName() + ".unfinished");
    try {
      SparkJobs.run(JavaSparkContext.fromSparkContext(session.sparkContext()), doing, () -> {
        session.createDataFrame(table.rows, table.schema).write().mode("overwrite").options(table.options)
            .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false").parquet(beside.toString());
        return true;
      }, total, progress);
      T checked = check.apply(beside);
      files.delete(out, false); // an empty folder
      if (!files.rename(beside, out)) {
        throw new IOException("could not be renamed from " + beside);
      }
      files.create(new Path(out, SUCCESS), true).close();
      return checked;
    } catch (IOException e) {
      UncheckedIOException failed = PackOutput.unwritable(out, e);
      remove(beside, failed);
      throw failed;
    } catch (RuntimeException e) {
      RuntimeException failed = sentence(e);
      remove(beside, failed);
      throw failed;
    }
  }

  /** Spark's messages have the stack trace of the task in them. */
  private RuntimeException sentence(RuntimeException e) {
    if (!(e instanceof DataException || e instanceof UncheckedIOException)) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof IOException io) {
          return PackOutput.unwritable(out, io);
        }
      }
    }
    return e;
  }

  private void remove(Path beside, RuntimeException why) {
    try {
      files.delete(beside, true);
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }
}
