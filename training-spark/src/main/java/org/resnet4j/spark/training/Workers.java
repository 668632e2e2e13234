package org.resnet4j.spark.training;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** The workers that this executor has been, kept from round to round with their compiled nets and decoded images. */
final class Workers {
  private static final Map<Key, Held> HELD = new HashMap<>();

  private Workers() {}

  private record Key(String job, int worker) { }

  /** Its lock is for the time of a round: a copy of a slow task may come to the same executor. */
  private static final class Held {
    private Worker worker;

    void close() {
      if (worker != null) {
        worker.close();
        worker = null;
      }
    }
  }

  static RoundResult take(PhaseJob job, int number, RoundState from) {
    Held held;
    synchronized (HELD) {
      closeOthers(job.id());
      held = HELD.computeIfAbsent(new Key(job.id(), number), key -> new Held());
    }
    synchronized (held) {
      try {
        if (held.worker == null) {
          held.worker = new Worker(job, number);
        }
        return held.worker.take(from);
      } catch (OutOfMemoryError e) {
        held.close(); // or a second try would find no more room
        throw e;
      }
    }
  }

  /** Another phase has come: what the ones before held is not needed any more. */
  private static void closeOthers(String job) {
    for (Iterator<Map.Entry<Key, Held>> entries = HELD.entrySet().iterator(); entries.hasNext();) {
      Map.Entry<Key, Held> entry = entries.next();
      if (!entry.getKey().job().equals(job)) {
        entries.remove();
        synchronized (entry.getValue()) {
          entry.getValue().close();
        }
      }
    }
  }
}
