package org.resnet4j.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.resnet4j.engine.plan.Plan;
import org.resnet4j.engine.plan.Snapshot;

/** A network's plans for the input shapes of late. One that is being made holds up nobody who wants another. */
final class Plans {
  /** The plan used longest ago goes. */
  private static final int KEPT = 8;

  private final Function<List<long[]>, Plan> maker;
  private final Map<List<List<Long>>, CompletableFuture<Plan>> plans = new LinkedHashMap<>(KEPT, 0.75f, true);
  private boolean closed;

  Plans(Function<List<long[]>, Plan> maker) {
    this.maker = maker;
  }

  /**
   * The plan for these shapes; the caller releases it.
   *
   * @throws EngineException.WrongInput if there is none
   * @throws EngineException.Closed after {@link #close}
   */
  Plan take(List<long[]> shapes) {
    List<List<Long>> key = shapes.stream().map(shape -> Arrays.stream(shape).boxed().toList()).toList();
    while (true) {
      CompletableFuture<Plan> own = new CompletableFuture<>();
      CompletableFuture<Plan> plan = enter(key, own);
      if (plan == own) {
        return make(key, shapes, own);
      }
      try {
        Plan made = plan.join();
        if (made.retain()) {
          return made;
        }
      } catch (CompletionException e) {
        // Whoever made it got the error. Another try gives an error of our own.
      }
    }
  }

  private synchronized CompletableFuture<Plan> enter(List<List<Long>> key, CompletableFuture<Plan> own) {
    if (closed) {
      throw new EngineException.Closed();
    }
    CompletableFuture<Plan> known = plans.get(key);
    if (known != null) {
      return known;
    }
    plans.put(key, own);
    if (plans.size() > KEPT) {
      plans.remove(plans.keySet().iterator().next()).thenAccept(Plan::release);
    }
    return own;
  }

  private Plan make(List<List<Long>> key, List<long[]> shapes, CompletableFuture<Plan> own) {
    try {
      Plan made = maker.apply(shapes);
      made.retain();
      own.complete(made);
      return made;
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        plans.remove(key, own);
      }
      own.completeExceptionally(e);
      throw e;
    }
  }

  /** All that are made, each to be released by the caller. */
  synchronized List<Plan> made() {
    List<Plan> made = new ArrayList<>();
    for (CompletableFuture<Plan> plan : plans.values()) {
      if (plan.isDone() && !plan.isCompletedExceptionally() && plan.join().retain()) {
        made.add(plan.join());
      }
    }
    return made;
  }

  /** Drops what keeps the parameters of a retired snapshot in memory. */
  void forget(Snapshot retired) {
    for (Plan plan : made()) {
      plan.forget(retired);
      plan.release();
    }
  }

  /** Each is freed when its last call ends. */
  synchronized void close() {
    closed = true;
    plans.values().forEach(plan -> plan.thenAccept(Plan::release));
    plans.clear();
  }
}
