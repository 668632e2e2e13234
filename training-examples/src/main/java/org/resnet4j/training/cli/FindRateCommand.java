package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.training.aid.LearningRates;
import org.resnet4j.training.cli.ComputeOptions.Chosen;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.finder.FinderOptions;
import org.resnet4j.training.finder.LearningRateCurve;
import org.resnet4j.training.finder.LearningRateFinder;
import org.resnet4j.training.loop.TrainingPhase;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.training.recipe.RecipePlan;
import org.resnet4j.zoo.ResNetTransfer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code find-rate}: a learning rate for a recipe's first phase, before the run. */
@Command(name = "find-rate", description = "Find a learning rate: trains for some steps at a rate that rises until the"
    + " loss explodes, prints a tenth of the rate at which it was lowest, and draws the curve.",
    footer = {"", "The steps are those of the recipe's first phase: its images, optimiser and frozen layers, without"
        + " weight decay, clipping and averages. Nothing is kept of the training."})
final class FindRateCommand implements Callable<Integer> {
  @Mixin
  RecipeOption recipe;

  @Mixin
  DataOptions data;

  @Mixin
  ModelSource source;

  @Option(names = "--out", paramLabel = "FILE.png", required = true,
      description = "Where the curve goes; its numbers go beside it as .csv.")
  Path out;

  @Option(names = "--from", paramLabel = "RATE", description = "The first step's rate (default: 1e-6).")
  double from = FinderOptions.DEFAULT.from();

  @Option(names = "--to", paramLabel = "RATE", description = "The last step's rate (default: 10).")
  double to = FinderOptions.DEFAULT.to();

  @Option(names = "--steps", paramLabel = "COUNT", description = "Steps, a batch each (default: 100).")
  int steps = FinderOptions.DEFAULT.steps();

  @Option(names = "--seed", paramLabel = "NUMBER", defaultValue = "1",
      description = "Same seed, same curve on the same machine, with as many threads of OpenMP (OMP_NUM_THREADS).")
  long seed;

  @Mixin
  TrainingComputeOptions compute;

  @ParentCommand
  Program main;

  @Override
  public Integer call() throws IOException {
    compute.check();
    FinderOptions options;
    try {
      options = FinderOptions.DEFAULT.withRates(from, to).withSteps(steps).withSeed(seed);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage());
    }
    String name = out.getFileName().toString();
    if (!name.endsWith(".png")) {
      throw new CommandException(ExitCode.USAGE, "--out is a file that ends in .png; found " + out + ".");
    }
    Recipe chosen = recipe.read(data, source);
    main.startBackend();
    LearningRateCurve curve = curve(chosen, options);
    if (out.toAbsolutePath().getParent() != null) {
      Files.createDirectories(out.toAbsolutePath().getParent());
    }
    curve.writePng(out);
    curve.writeCsv(out.resolveSibling(name.replaceAll("png$", "csv")));
    main.err().println("The curve: " + out);
    if (curve.suggestion().isEmpty()) {
      throw new CommandException(ExitCode.FAILURE, "No rate from " + from + " to " + to + " made the loss fall in "
          + curve.points().size() + " steps: try more --steps, or others with --from and --to.");
    }
    main.out().printf(Locale.ROOT, "%.1e%n", curve.suggestion().getAsDouble());
    return ExitCode.OK.code();
  }

  private LearningRateCurve curve(Recipe recipe, FinderOptions options) throws IOException {
    Chosen computing = compute.choose(main.err()).withThreads(data.threads);
    Dataset dataset = data.open(main.site(), RecipePlan.heldOut(recipe.validation()), seed, main.err());
    StartingPoint start = source.pretrained() ? StartingPoint.pretrained(source, dataset, main.err())
        : StartingPoint.random(source, recipe, dataset, RunOptions.networkSeed(seed));
    List<String> classes = start.network().classes().orElseThrow();
    ImageSource train = ClassNames.relabel(dataset.train(), dataset.classes(), classes);
    TrainingPlan plan = RecipePlan.of(recipe, start.network().graph(), train.size(), seed);
    TrainingPhase phase = plan.phases().get(0);
    RecipePlan.weigh(recipe, start.network().graph(), train, classes.size());
    ComputationGraph graph = phase.frozenThrough()
        .map(vertex -> ResNetTransfer.freezeThrough(start.network().graph(), vertex)).orElse(start.network().graph());
    ComputationGraph ready = computing.trained(graph);
    LearningRates.of(ready, plan.updater(), phase.rateFalloff()).set(1);
    try (ImageBatches batches = new ImageBatches(train, classes, start.network().preprocessing(),
        RecipePlan.batches(recipe, seed).withFormat(start.network().format()).withThreads(data.readers())
            .withOnBadImage(data.onBadImage))) {
      return LearningRateFinder.run(ready, batches, options);
    }
  }
}
