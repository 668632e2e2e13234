package org.resnet4j.benchmarks.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is to be expected of clusters, in Markdown. */
final class Prospects {
  static final List<Double> GIGABITS = List.of(1.0, 10.0, 100.0);
  /** Of what isn't about networks. */
  static final double USUAL_GIGABITS = 10;
  /** Of the table of a round's parts. */
  static final int USUAL_EVERY = 16;
  /** A column has reached its most when no cluster in it does better by more than this. */
  private static final double NO_MORE = 1.05;
  private static final double MEGA = 1e6;
  private static final double PERCENT = 100;
  /** {@code RoundSize}: Spark's own, and in how many copies the driver has a result. */
  private static final double SPARK = 96 << 20;
  private static final int HELD = 5;
  /** The state and a result, each as an array and as bytes. */
  private static final int HELD_BY_WORKER = 4;

  private final Measured measured;
  private final CostModel model;
  private final List<Integer> numbers;

  /** @param numbers of workers, the fewest first */
  Prospects(Measured measured, CostModel model, List<Integer> numbers) {
    this.measured = measured;
    this.model = model;
    this.numbers = numbers;
  }

  List<Integer> numbers() {
    return numbers;
  }

  /** What a cell says, and the images a second behind it; 0 if it is no advice. */
  private record Cell(String text, double imagesPerSecond) { }

  Costs costs(Measured.WorkerKind kind, int workers, double gigabits) {
    return new Costs(measured.network(), measured.host(), measured.spark(), kind,
        Cluster.of(workers, gigabits, measured.host()));
  }

  String text() {
    return Stream.concat(measured.workers().stream().map(this::of), Stream.of(parts(), memory()))
        .collect(Collectors.joining("\n"));
  }

  private String of(Measured.WorkerKind kind) {
    return "### " + kind.name() + "\n\n" + kind.origin() + "\nSteps take " + Line.through(kind.steps()) + ".\n\n"
        + "Images a second, and the share of what the workers would do alone. k is the least power of two with a share"
        + " of " + percent(Advice.EFFICIENCY) + "\nor more; -: not even one average an epoch of ImageNet, in brackets,"
        + " gets there.\n\n" + table(kind);
  }

  private Cell gradients(Costs costs, int images) {
    return cell("", costs, Plan.gradients(images));
  }

  private Cell parameters(Costs costs, int images) {
    OptionalInt every = Advice.every(model, costs, images);
    if (every.isPresent()) {
      return cell("k = " + every.getAsInt() + ": ", costs, Plan.parameters(every.getAsInt(), images));
    }
    Plan most = Plan.parameters(Advice.mostEvery(costs.cluster().workers(), images), images);
    return new Cell("- (k = " + most.every() + ": " + percent(model.efficiency(costs, most)) + ")", 0);
  }

  private Cell cell(String before, Costs costs, Plan plan) {
    double rate = model.imagesPerSecond(costs, plan);
    return new Cell(before + String.format(Locale.ROOT, "%,.0f (%s)", rate,
        percent(rate / costs.imagesPerSecondAlone(plan))), rate);
  }

  private String table(Measured.WorkerKind kind) {
    List<BiFunction<Costs, Integer, Cell>> contents = List.of(this::gradients, this::parameters);
    List<String> head = new ArrayList<>(List.of("workers", "images of a worker's step"));
    List<String> most = new ArrayList<>(List.of("more don't help from", ""));
    List<List<String>> rows = new ArrayList<>();
    numbers.forEach(workers ->
        rows.add(new ArrayList<>(List.of("" + workers, "" + Advice.images(workers, kind.mostImages())))));
    for (BiFunction<Costs, Integer, Cell> content : contents) {
      for (double gigabits : GIGABITS) {
        List<Cell> column = numbers.stream().map(workers -> content.apply(costs(kind, workers, gigabits),
            Advice.images(workers, kind.mostImages()))).toList();
        head.add((head.size() < 2 + GIGABITS.size() ? "gradients, " : "parameters, ") + gigabits(gigabits));
        most.add(enough(column));
        for (int i = 0; i < column.size(); i++) {
          rows.get(i).add(column.get(i).text());
        }
      }
    }
    rows.add(most);
    return MarkdownTable.of(head, rows);
  }

  /** The fewest workers that no larger number of them outdoes by much. */
  private String enough(List<Cell> column) {
    double most = column.stream().mapToDouble(Cell::imagesPerSecond).max().orElseThrow();
    int enough = (int) column.stream().takeWhile(cell -> cell.imagesPerSecond * NO_MORE < most).count();
    return most == 0 ? "-" : enough == column.size() - 1 ? "not here" : "" + numbers.get(enough);
  }

  private String parts() {
    Measured.WorkerKind kind = measured.workers().get(0);
    List<List<String>> rows = new ArrayList<>();
    for (int workers : numbers) {
      int images = Advice.images(workers, kind.mostImages());
      Costs costs = costs(kind, workers, USUAL_GIGABITS);
      List<RoundTime> both = Stream.of(Plan.gradients(images), Plan.parameters(USUAL_EVERY, images))
          .map(plan -> model.round(costs, plan)).toList();
      List<String> row = new ArrayList<>(List.of("" + workers));
      Stream.<ToDoubleFunction<RoundTime>>of(RoundTime::send, RoundTime::compute, RoundTime::gather, RoundTime::driver,
          RoundTime::total).map(part -> both.stream().map(time -> seconds(part.applyAsDouble(time)))
              .collect(Collectors.joining(" / "))).forEach(row::add);
      rows.add(row);
    }
    return "### Where the seconds of a round go\n\n" + kind.name() + ", " + gigabits(USUAL_GIGABITS)
        + ": gradients / parameters, k = " + USUAL_EVERY + ".\n\n"
        + MarkdownTable.of(List.of("workers", "sent to workers", "slowest worker's steps, packed", "added up, gathered",
            "put together, updated", "in all"), rows);
  }

  private String memory() {
    List<List<String>> rows = Stream.of(Averaging.values()).map(averaging -> {
      double bytes = costs(measured.workers().get(0), numbers.get(numbers.size() - 1), USUAL_GIGABITS).bytes(averaging);
      return List.of(averaging.name().toLowerCase(Locale.ROOT), megabytes(bytes), megabytes(SPARK + HELD * bytes),
          megabytes(HELD_BY_WORKER * bytes));
    }).toList();
    return "### Memory\n\nMegabytes of heap that a round takes, however many workers there are; networks are"
        + " off it.\n\n" + MarkdownTable.of(List.of("averaged", "a result", "driver", "executor, at most"), rows);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", share * PERCENT);
  }

  static String seconds(double seconds) {
    return String.format(Locale.ROOT, seconds < 10 ? "%.2f" : "%.1f", seconds);
  }

  static String gigabits(double gigabits) {
    return String.format(Locale.ROOT, "%.0f Gbit/s", gigabits);
  }

  private static String megabytes(double bytes) {
    return String.format(Locale.ROOT, "%,.0f", bytes / MEGA);
  }
}
