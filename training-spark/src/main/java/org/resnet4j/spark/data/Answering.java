package org.resnet4j.spark.data;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.fs.Path;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;

/** Waits for a file system, but not for long, whatever its client's settings are. */
final class Answering {
  private Answering() { }

  /** @throws DataException if it fails, or there is no answer by then; the thread that waits is left behind */
  static <T> T within(Duration patience, Path path, Callable<T> asked) {
    FutureTask<T> answer = new FutureTask<>(asked);
    Thread asking = new Thread(answer, "asking for " + path);
    asking.setDaemon(true);
    asking.start();
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw HadoopAccess.unreachable(path,
          new SocketTimeoutException("no answer within " + patience.toSeconds() + " s"));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof DataException said ? said
          : HadoopAccess.unreachable(path, (Exception) e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException(Kind.INTERRUPTED, path + ": interrupted while it was asked for", e);
    }
  }
}
