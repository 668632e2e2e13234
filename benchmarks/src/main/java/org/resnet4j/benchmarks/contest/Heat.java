package org.resnet4j.benchmarks.contest;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.resnet4j.benchmarks.contest.HeatResult.Failure;
import org.resnet4j.benchmarks.contest.HeatResult.Failure.Kind;
import org.resnet4j.benchmarks.worker.Variant;

/** One setting's contest: all contenders enter one after the other, then take turns. */
final class Heat {
  private static final int TRIALS = 2;

  private final Setting setting;
  private final PreparedModel model;
  private final Workers workers;
  private final Pace pace;
  private final PrintStream progress;
  private final Map<Contender, Failure> failures = new EnumMap<>(Contender.class);

  Heat(Setting setting, PreparedModel model, Workers workers, Pace pace, PrintStream progress) {
    this.setting = setting;
    this.model = model;
    this.workers = workers;
    this.pace = pace;
    this.progress = progress;
  }

  HeatResult run(List<Contender> contenders) {
    List<Entrant> entrants = new ArrayList<>();
    for (Contender contender : contenders) {
      try {
        entrants.add(fastestVariant(contender));
      } catch (WorkerFailure e) {
        fail(contender, Kind.BROKEN, e.getMessage());
      } catch (Entrant.DifferentResult e) {
        fail(contender, Kind.DIFFERENT, e.getMessage());
      }
    }
    for (int round = 0; round < pace.rounds(); round++) {
      round(round, entrants);
    }
    List<Measurement> measurements = entrants.stream().map(Entrant::measurement).toList();
    entrants.forEach(entrant -> workers.end(entrant.worker()));
    return new HeatResult(setting, measurements, failures);
  }

  private void fail(Contender contender, Kind kind, String reason) {
    failures.put(contender, new Failure(kind, reason));
    say(contender.label() + " is out: " + reason);
  }

  private Entrant fastestVariant(Contender contender) throws WorkerFailure, Entrant.DifferentResult {
    List<Entrant> candidates = new ArrayList<>();
    boolean chosen = false;
    try {
      for (Variant variant : contender.variants()) {
        Entrant candidate = Entrant.enter(contender, variant, setting, model, workers);
        candidates.add(candidate);
        say(candidate.describe());
      }
      for (int i = 0; i < TRIALS && candidates.size() > 1; i++) {
        for (Entrant candidate : candidates) {
          candidate.round();
        }
      }
      Entrant fastest = candidates.size() == 1 ? candidates.get(0)
          : candidates.stream().max(Comparator.comparingDouble(Entrant::imagesPerSecond)).orElseThrow();
      candidates.remove(fastest);
      fastest.forget();
      chosen = true;
      return fastest;
    } finally {
      for (Entrant candidate : candidates) {
        if (chosen) {
          workers.end(candidate.worker());
        } else {
          candidate.worker().kill();
        }
      }
    }
  }

  /** Each round begins with another contender: being next to the same one could help or harm. */
  private void round(int round, List<Entrant> entrants) {
    StringBuilder line = new StringBuilder("round " + (round + 1) + " of " + pace.rounds() + ", images/s:");
    List<Entrant> turns = new ArrayList<>(entrants);
    Collections.rotate(turns, -round);
    for (Entrant entrant : turns) {
      try {
        entrant.round();
        line.append(String.format(Locale.ROOT, " %s %.1f", entrant.contender().label(), entrant.imagesPerSecond()));
      } catch (WorkerFailure e) {
        fail(entrant.contender(), Kind.BROKEN, e.getMessage());
        entrant.worker().kill();
        entrants.remove(entrant);
      }
    }
    say(line.toString());
  }

  private void say(String line) {
    progress.println(setting.label() + ": " + line);
  }
}
