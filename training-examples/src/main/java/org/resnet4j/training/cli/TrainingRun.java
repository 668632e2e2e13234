package org.resnet4j.training.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.training.board.DashBoard;
import org.resnet4j.training.cli.ComputeOptions.Chosen;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.training.cli.Site.Crew;
import org.resnet4j.training.cli.Site.Tested;
import org.resnet4j.training.cli.Site.Work;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.loop.Checkpoints;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.MetricsFile;
import org.resnet4j.training.loop.Trainer;
import org.resnet4j.training.loop.TrainingObserver;
import org.resnet4j.training.loop.TrainingPhase;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.training.loop.TrainingResult;
import org.resnet4j.training.loop.TrainingResult.End;
import org.resnet4j.training.loop.TrainingState;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.training.recipe.RecipePlan;
import org.resnet4j.training.report.Report;
import org.resnet4j.zoo.weights.AtomicFiles;
import org.resnet4j.zoo.weights.AtomicFiles.Content;
import org.resnet4j.zoo.weights.SavedModel;

/** One run of {@code train} or {@code finetune}: images, network, training, the model and report on disk. */
final class TrainingRun {
  /** To the page, in a whole run: each reads all parameters several times and is kept in memory. */
  private static final long REPORTS = 500;

  private final TrainingJob job;
  private final PrintStream err;
  private final List<String> warnings = new ArrayList<>();
  private OutputFolder out;
  private Checkpoints checkpoints;
  private Recipe recipe;
  private Dataset dataset;
  private Loaded network;
  private RunRecord record;
  private Chosen chosen;
  private TrainingPlan plan;
  private Crew crew;

  TrainingRun(TrainingJob job) {
    this.job = job;
    this.err = job.main().err();
  }

  /** Runs it; the exit code. */
  int run() throws IOException {
    out = OutputFolder.prepare(site().folder(job.run().out, job.data().data), job.run().overwrite,
        job.run().resume);
    checkpoints = new Checkpoints(out.work().resolve(OutputFolder.CHECKPOINTS));
    Optional<RunRecord> begun = job.run().resume && Files.exists(out.work().resolve(RunRecord.FILE))
        ? Optional.of(RunRecord.read(out.work())) : Optional.empty();
    if (begun.isPresent() && begun.get().result() != null) {
      out.publish(); // if the program ended just before it could
      job.main().out().println("The run is finished. " + begun.get().result());
      return ExitCode.OK.code();
    }
    chosen = job.compute().choose(err).withThreads(job.data().threads);
    job.compute().warnOfSlowness(chosen, err);
    dataset = job.data().open(site(), RecipePlan.heldOut(job.recipe().validation()), job.run().seed, err);
    warnings.addAll(dataset.warnings());
    start();
    if (begun.isPresent()) {
      requireSame(begun.get());
    }
    List<String> classes = network.classes().orElseThrow();
    ImageSource train = ClassNames.relabel(dataset.train(), dataset.classes(), classes);
    ImageSource validation = ClassNames.relabel(dataset.validation(), dataset.classes(), classes);
    plan = RecipePlan.of(recipe, network.graph(), train.size(), job.run().seed);
    RecipePlan.weigh(recipe, network.graph(), train, classes.size());
    Optional<TrainingState> state = begun.isPresent() ? checkpoints.newest(this::warn) : Optional.empty();
    if (state.isEmpty()) {
      begin();
    }
    err.printf("Training on %d images of %d classes, validating on %d.%n", train.size(), classes.size(),
        validation.size());
    try (Crew hired = site().crew(new Work(recipe, state.map(from -> from.place().phase()).orElse(0), plan,
        network.graph(), job.run().seed, classes, network.preprocessing(), network.format(), train, validation,
        job.data().readers(), job.data().onBadImage, chosen.engine(), chosen.options()), err::println)) {
      crew = hired;
      if (crew.engine() != chosen.engine()) {
        job.compute().refuse("oneDNN can't train this network, as is said above.");
        chosen = new Chosen(crew.engine(), chosen.options());
      }
      TrainingResult result = train(state, train.size(), validation.size());
      crew.skipped().forEach(bad -> warnings.add("Left out during training: " + bad.file()));
      return ended(result);
    }
  }

  private Site site() {
    return job.main().site();
  }

  /** The network, and the recipe for it, which is shown. */
  private void start() throws IOException {
    recipe = job.recipe();
    StartingPoint start;
    if (job.source().pretrained()) {
      start = StartingPoint.pretrained(job.source(), dataset, err);
      recipe = job.withWeights().recipe(start);
      start = job.fromScratch() ? start.forgotten() : start;
    } else {
      start = StartingPoint.random(job.source(), recipe, dataset, RunOptions.networkSeed(job.run().seed));
    }
    network = start.network();
    record = new RunRecord(Main.Version.text(), recipe.toYaml(), modelName(), dataset.name(), dataset.fingerprint(),
        network.classes().orElseThrow(), network.preprocessing().toJson(), job.run().seed,
        site().computing(chosen.toString()), null);
    if (job.showsRecipe()) {
      recipe.toYaml().lines().forEach(line -> err.println("  " + Printable.of(line)));
    }
  }

  /** The zoo name, or the file or folder that the network comes from. */
  private String modelName() {
    return network.name().orElseGet(() -> String.valueOf(Path.of(job.source().shown()).getFileName()));
  }

  private void requireSame(RunRecord begun) {
    List<String> differences = begun.differences(record);
    if (!differences.isEmpty()) {
      throw new CommandException(ExitCode.USAGE, "The run in " + out.work() + " was begun with something else: "
          + String.join(", ", differences) + ". Resume it with the command that it was begun with, or name another"
          + " folder.");
    }
    if (!begun.computing().equals(record.computing())) {
      warn("The run was begun on " + begun.computing() + " and goes on on " + record.computing() + ".");
    }
  }

  private void warn(String sentence) {
    err.println(Printable.of(sentence));
    warnings.add(sentence);
  }

  private void begin() throws IOException {
    out.create();
    record.write(out.work());
    AtomicFiles.write(out.work().resolve(OutputFolder.RECIPE), Content.of(recipe.toYaml()));
  }

  private TrainingResult train(Optional<TrainingState> state, int training, int validating) throws IOException {
    List<EpochMetrics> behind = state.map(TrainingState::epochs).orElse(List.of());
    TrainingProgress progress = new TrainingProgress(training, validating,
        new MetricsFile(out.work().resolve(OutputFolder.METRICS), behind), this::save, job.compute().profile, err);
    Optional<DashBoard> page = job.run().page.start(err);
    try (StopSignal signal = new StopSignal(err); BoardLog board = new BoardLog(out.work(),
        state.map(from -> from.place().step()).orElse(-1L), record.recipe())) {
      List<TrainingObserver> observers = new ArrayList<>(List.of(progress, board, new Sent(site())));
      page.ifPresent(shown -> observers.add(reporting(shown, training)));
      Trainer trainer = new Trainer(plan, TrainingObserver.of(observers)).on(crew::trained)
          .checkpointed(checkpoints, job.run().checkpointEvery())
          .stoppedWhen(signal::asked);
      TrainingResult result;
      if (state.isPresent()) {
        err.println("Going on after step " + state.get().place().step() + ".");
        result = trainer.resume(state.get(), network.graph(), crew.steps(), crew.validation());
      } else {
        result = trainer.train(network.graph(), crew.steps(), crew.validation());
      }
      progress.close();
      if (result.end() == End.STOPPED) {
        sayWhatIsKept();
      }
      return result;
    } catch (IOException | RuntimeException | Error e) {
      progress.close();
      sayWhatIsKept();
      if (Thread.currentThread().isInterrupted()) {
        // Whatever failed may have failed for that reason: an interrupted thread can't write files.
        throw new CommandException(ExitCode.FAILURE, "Interrupted.");
      }
      if (e instanceof IOException) {
        throw new CommandException(ExitCode.FAILURE, "The run's files in " + out.work() + " can't be written ("
            + e.getMessage() + "). Make room or access there, and resume.");
      }
      throw e;
    } finally {
      progress.close();
      page.ifPresent(DashBoard::close);
    }
  }

  private TrainingObserver reporting(DashBoard page, int images) {
    int steps = (int) Math.max(1, (long) plan.epochs() * images / recipe.batch() / REPORTS);
    return new TrainingObserver() {
      @Override
      public void phaseStarted(TrainingPhase phase, ComputationGraph graph) {
        graph.addListeners(page.listener(recipe.name() + ", " + phase.name(), steps));
      }
    };
  }

  private void sayWhatIsKept() {
    boolean model = Files.exists(AtomicFiles.current(out.work(), SavedModel.WEIGHTS));
    err.println(checkpoints.any() ? "Stopped. The same command with --resume goes on from the last checkpoint in "
        + out.work() + (model ? ", where the best model so far is, too." : ".")
        : "Stopped before the first checkpoint: no model was saved.");
  }

  private int ended(TrainingResult result) throws IOException {
    if (result.end() == End.STOPPED) {
      return ExitCode.STOPPED.code();
    }
    if (result.end() == End.DIVERGED) {
      warn("Training diverged: " + result.seen() + ". Lower the learning rate"
          + (recipe.clipNorm().isEmpty() ? ", or cut the gradients' norm (clipNorm)." : "."));
    } else {
      err.println("Training: " + result.end() + ".");
    }
    if (result.best().isPresent()) {
      finish(result, result.best().get());
    } else {
      out.discard();
    }
    return (result.end() == End.DIVERGED ? ExitCode.DIVERGED : ExitCode.OK).code();
  }

  /** Measures the kept model, writes the report, puts the run in its place, and prints what came out. */
  private void finish(TrainingResult result, EpochMetrics best) throws IOException {
    save(result.graph());
    boolean tested = dataset.test().size() > 0;
    List<String> classes = network.classes().orElseThrow();
    ImageSource images = ClassNames.relabel(tested ? dataset.test() : dataset.validation(), dataset.classes(), classes);
    Tested measured;
    try (Progress progress = Progress.start("Evaluating", images.size(), err)) {
      measured = crew.test(result.graph(), images, n -> progress.step(n, ""));
    }
    Evaluation evaluation = measured.evaluation();
    String part = tested ? "test" : "validation";
    RunReport report = new RunReport(job, recipe, chosen, dataset, network, result, best);
    report.write(part, evaluation, images.selected(measured.images()), warnings, out.work());
    String summary = String.format(Locale.ROOT, "%s epoch %d of %d: validation accuracy %.2f %%",
        plan.keepsLast() ? "Last" : "Best", best.epoch(), result.epochs().get(result.epochs().size() - 1).epoch(), 100 * best.validationAccuracy());
    if (result.end() != End.DIVERGED) {
      record.finished(summary + String.format(Locale.ROOT, "; %s images %d of %d right.", part, evaluation.right(),
          evaluation.count())).write(out.work());
    }
    out.publish();
    site().written();
    job.main().out().printf(Locale.ROOT, "%s%nOn the %s images:%n%s%nModel, figures and report: %s%n", summary, part,
        evaluation, out.target());
  }

  private void save(ComputationGraph graph) {
    List<String> classes = network.classes().orElseThrow();
    new SavedModel(graph, classes, network.preprocessing(),
        Loaded.notes(network.name(), classes, network.preprocessing())).save(out.work());
  }
}
