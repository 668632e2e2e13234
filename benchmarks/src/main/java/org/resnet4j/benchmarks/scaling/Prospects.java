package org.resnet4j.benchmarks.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What is to be expected of clusters, in Markdown. */
final class Prospects {
  static final List<Double> GIGABITS = List.of(1.0, 10.0, 25.0, 100.0);
  static final List<Integer> EVERY = List.of(1, 4, 16, 64, 128);
  /** Of the tables that aren't about networks. */
  static final double USUAL_GIGABITS = 10;
  /** Of the table of a round's parts. */
  static final int USUAL_EVERY = 16;
  /** A column has reached its most when no cluster in it does better by more than this. */
  private static final double NO_MORE = 1.05;
  private static final double MEGA = 1e6;
  private static final double PERCENT = 100;

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

  /** What a cell says, and the images a second behind it; none: nothing. */
  private record Cell(String text, double imagesPerSecond) {
    static final Cell NONE = new Cell("-", 0);
  }

  Costs costs(Measured.WorkerKind kind, int workers, double gigabits) {
    return new Costs(measured.network(), measured.host(), measured.spark(), kind,
        Cluster.of(workers, gigabits, measured.host()));
  }

  String text() {
    return Stream.concat(measured.workers().stream().map(this::of), Stream.of(limits()))
        .collect(Collectors.joining("\n"));
  }

  private String of(Measured.WorkerKind kind) {
    return "### " + kind.name() + "\n\n" + kind.origin() + "\nSteps take " + Line.through(kind.steps()) + ".\n\n"
        + "Gradients averaged at every step: images a second, and the share of what the workers would do alone.\n\n"
        + table(kind, this::gradients, "more don't help from")
        + "\nParameters averaged every k steps, k the least power of two with a share of "
        + percent(Advice.EFFICIENCY) + " or more\n(-: not even with one average an epoch of ImageNet): k, images a"
        + " second, share.\n\n"
        + table(kind, this::parameters, "most of them")
        + "\nThe share by k, at " + gigabits(USUAL_GIGABITS) + ".\n\n" + byEvery(kind)
        + "\nWhere the seconds of a round go, at " + gigabits(USUAL_GIGABITS) + ".\n\n" + parts(kind);
  }

  private Cell gradients(Costs costs, int images) {
    return cell("", costs, Plan.gradients(images));
  }

  private Cell parameters(Costs costs, int images) {
    OptionalInt every = Advice.every(model, costs, images);
    return every.isEmpty() ? Cell.NONE
        : cell("k = " + every.getAsInt() + ": ", costs, Plan.parameters(every.getAsInt(), images));
  }

  private Cell cell(String before, Costs costs, Plan plan) {
    double rate = model.imagesPerSecond(costs, plan);
    return new Cell(before + String.format(Locale.ROOT, "%,.0f (%s)", rate,
        percent(rate / costs.imagesPerSecondAlone(plan))), rate);
  }

  private String table(Measured.WorkerKind kind, BiFunction<Costs, Integer, Cell> content, String last) {
    List<String> head = new ArrayList<>(List.of("workers", "images of a worker's step"));
    GIGABITS.forEach(gigabits -> head.add(gigabits(gigabits)));
    List<List<Cell>> cells = numbers.stream().map(workers -> GIGABITS.stream().map(gigabits -> content.apply(
        costs(kind, workers, gigabits), Advice.images(workers, kind.mostImages()))).toList()).toList();
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      rows.add(row(kind, numbers.get(i), cells.get(i).stream().map(Cell::text)));
    }
    List<String> most = new ArrayList<>(List.of(last, ""));
    IntStream.range(0, GIGABITS.size()).mapToObj(column -> enough(cells.stream().map(row -> row.get(column)).toList()))
        .forEach(most::add);
    rows.add(most);
    return MarkdownTable.of(head, rows);
  }

  private static List<String> row(Measured.WorkerKind kind, int workers, Stream<String> cells) {
    return Stream.concat(Stream.of("" + workers, "" + Advice.images(workers, kind.mostImages())), cells).toList();
  }

  /** The fewest workers that no larger number of them outdoes by much. */
  private String enough(List<Cell> column) {
    double most = column.stream().mapToDouble(Cell::imagesPerSecond).max().orElseThrow();
    int enough = (int) column.stream().takeWhile(cell -> cell.imagesPerSecond * NO_MORE < most).count();
    return most == 0 ? "-" : enough == column.size() - 1 ? "not here" : "" + numbers.get(enough);
  }

  private String byEvery(Measured.WorkerKind kind) {
    List<String> head = Stream.concat(Stream.of("workers", "images of a worker's step"),
        EVERY.stream().map(every -> "k = " + every)).toList();
    return MarkdownTable.of(head, numbers.stream().map(workers -> row(kind, workers, EVERY.stream().map(every ->
        percent(model.efficiency(costs(kind, workers, USUAL_GIGABITS),
            Plan.parameters(every, Advice.images(workers, kind.mostImages()))))))).toList());
  }

  private String parts(Measured.WorkerKind kind) {
    List<List<String>> rows = new ArrayList<>();
    for (int workers : numbers) {
      int images = Advice.images(workers, kind.mostImages());
      for (Plan plan : List.of(Plan.gradients(images), Plan.parameters(USUAL_EVERY, images))) {
        RoundTime time = model.round(costs(kind, workers, USUAL_GIGABITS), plan);
        rows.add(List.of("" + workers, plan.averaging() == Averaging.GRADIENTS ? "gradients" : "k = " + plan.every(),
            seconds(time.send()), seconds(time.compute()), seconds(time.gather()), seconds(time.driver()),
            seconds(time.total())));
      }
    }
    return MarkdownTable.of(List.of("workers", "averaged", "sent to workers", "slowest worker's steps, packed",
        "gathered", "added, updated", "in all"), rows);
  }

  private String limits() {
    List<List<String>> rows = new ArrayList<>();
    for (int workers : numbers) {
      List<String> row = new ArrayList<>(List.of("" + workers));
      for (Averaging averaging : Averaging.values()) {
        Costs costs = costs(measured.workers().get(0), workers, USUAL_GIGABITS);
        Memory memory = Memory.of(costs, averaging);
        String collected = megabytes(memory.collected());
        row.addAll(List.of("" + costs.levels(averaging).size(), memory.tooMuch() ? "**" + collected + "**" : collected,
            megabytes(memory.driver()), megabytes(memory.sum())));
      }
      rows.add(row);
    }
    return "### Memory\n\nHow many levels of sums there are before the driver's, and megabytes of a round. In bold:"
        + "\nmore than Spark lets a driver collect unless `spark.driver.maxResultSize` is set ("
        + megabytes(Memory.MOST_COLLECTED) + "); such a job ends.\n\n"
        + MarkdownTable.of(List.of("workers", "gradients: levels", "collected", "driver's heap",
            "heap of a worker that adds", "parameters: levels", "collected", "driver's heap",
            "heap of a worker that adds"), rows);
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
    return bytes == 0 ? "-" : String.format(Locale.ROOT, "%,.0f", bytes / MEGA);
  }
}
