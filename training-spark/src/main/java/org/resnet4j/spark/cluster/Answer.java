package org.resnet4j.spark.cluster;

import java.io.Serializable;
import java.util.function.Supplier;
import org.resnet4j.engine.EngineException;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.cli.MissingLibrary;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.recipe.RecipeException;
import org.resnet4j.zoo.image.ImageException;

/**
 * What a task came to: a value, or why there can be none. A refusal travels as an answer, for Spark takes an exception
 * for bad luck: it runs the task three more times, and logs a stack trace of each.
 *
 * @param value null if refused
 * @param refusal null if not
 * @param <T> serializable
 */
public record Answer<T>(T value, RuntimeException refusal) implements Serializable {

  /**
   * Does a task's work.
   *
   * @throws ClusterException if this process has no memory left for it: another may have
   * @throws RuntimeException whatever may go better the next time
   */
  public static <T> Answer<T> of(Supplier<T> work) {
    try {
      return new Answer<>(work.get(), null);
    } catch (EngineException.OutOfMemory e) {
      throw memory(e.getCause() == null ? e : e.getCause());
    } catch (DataException | ImageException | RecipeException | EngineException | CommandException e) {
      if (e instanceof DataException data && data.kind() == DataException.Kind.UNREADABLE) {
        throw untraced(new DataException(data.kind(), data.getMessage()));
      }
      return new Answer<>(null, e);
    } catch (OutOfMemoryError e) {
      throw memory(e);
    } catch (LinkageError e) {
      throw lacking("Natives can't be loaded in " + Here.name() + ": "
          + MissingLibrary.reason(e).replaceFirst("\\.$", "") + "; the command doctor tells what every executor has.");
    }
  }

  /** An error, also as a cause, would end the executor, and with it what other tasks keep there. */
  private static ClusterException memory(Throwable e) {
    return lacking("Out of memory in " + Here.name() + " (" + e.getMessage() + "). Lower --batch or"
        + " --image-size, or give more with --conf spark.executor.memoryOverhead=... (networks) or --executor-memory"
        + " (heap).");
  }

  private static ClusterException lacking(String sentence) {
    return untraced(new ClusterException(ExitCode.FAILURE, sentence));
  }

  /** Spark would log a trace at each try, and what is thrown says all. */
  private static <E extends RuntimeException> E untraced(E thrown) {
    thrown.setStackTrace(new StackTraceElement[0]);
    return thrown;
  }

  /** The value, or the refusal thrown. */
  public T get() {
    if (refusal != null) {
      throw refusal;
    }
    return value;
  }
}
