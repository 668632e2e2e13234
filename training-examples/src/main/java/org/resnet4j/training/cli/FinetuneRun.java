package org.resnet4j.training.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.training.cli.ComputeOptions.Chosen;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageFolder;
import org.resnet4j.training.data.LabeledImage;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Network;
import org.resnet4j.training.loop.MetricsFile;
import org.resnet4j.training.loop.Trainer;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.training.loop.TrainingResult;
import org.resnet4j.training.loop.TrainingResult.End;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Stem;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

/** One run of {@code finetune}: images, network, training, the model and report on disk. */
final class FinetuneRun {
  private final FinetuneCommand options;
  private final OutputFolder out;
  private final PrintStream err;
  private ImageFolder folder;
  private Loaded network;
  private boolean newHead;
  private Chosen chosen;

  FinetuneRun(FinetuneCommand options, OutputFolder out) {
    this.options = options;
    this.out = out;
    this.err = options.main.err();
  }

  int run() throws IOException {
    chosen = options.compute.choose(err);
    options.compute.warnOfSlowness(chosen, err);
    folder = options.data.open(options.validationShare, options.seed, err);
    network = options.source.pretrained() ? pretrained() : fresh();
    if (options.fromScratch) {
      ComputationGraph random = new ComputationGraph(network.graph().getConfiguration().clone());
      random.init();
      network = new Loaded(network.name(), random, network.classes(), network.preprocessing());
    }
    List<String> classes = network.classes().orElseThrow();
    List<LabeledImage> train = ClassNames.relabel(folder.train(), folder.classes(), classes);
    List<LabeledImage> validation = ClassNames.relabel(folder.validation(), folder.classes(), classes);
    TrainingPlan plan = options.plan(newHead, ResNetTransfer.features(network.graph()));
    err.printf("Training on %d images of %d classes, validating on %d.%n", train.size(), classes.size(),
        validation.size());

    out.create();
    TrainingProgress progress = new TrainingProgress(train.size(), validation.size(),
        new MetricsFile(out.work().resolve(OutputFolder.METRICS)), this::save, options.compute.profile,
        err);
    Thread stopped = new Thread(() -> sayWhatIsKept(progress));
    Runtime.getRuntime().addShutdownHook(stopped);
    TrainingResult result;
    List<String> warnings = new ArrayList<>(folder.warnings());
    try (ImageBatches trainBatches = new ImageBatches(train, classes, network.preprocessing(), trainingBatches());
        ImageBatches validationBatches = options.data.evaluation(validation, classes, network)) {
      estimateMemory(plan, trainBatches, validationBatches);
      result = new Trainer(plan, classes, chosen::trained, progress)
          .train(network.graph(), trainBatches, trainBatches.size(), validationBatches);
      trainBatches.skipped().forEach(bad -> warnings.add("Left out during training: " + bad.file()));
    } catch (IOException | RuntimeException | Error e) {
      progress.close();
      sayWhatIsKept(progress);
      if (Thread.currentThread().isInterrupted()) {
        // Whatever failed may have failed for that reason: an interrupted thread can't write files.
        throw new CommandException(ExitCode.FAILURE, "Interrupted.");
      }
      throw e;
    } finally {
      progress.close();
      Runtime.getRuntime().removeShutdownHook(stopped);
    }
    if (result.end() == End.DIVERGED) {
      warnings.add(diverged());
      err.println(diverged());
    } else {
      err.println("Training: " + result.end() + ".");
    }
    if (result.best().isPresent()) {
      finish(plan, result, result.best().get(), warnings);
    } else {
      out.discard();
    }
    return (result.end() == End.DIVERGED ? ExitCode.DIVERGED : ExitCode.OK).code();
  }

  /** Measures the best model, writes the report, puts the run in its place, and prints what came out. */
  private void finish(TrainingPlan plan, TrainingResult result, EpochMetrics best, List<String> warnings)
      throws IOException {
    boolean tested = !folder.test().isEmpty();
    List<String> classes = network.classes().orElseThrow();
    List<LabeledImage> images = ClassNames.relabel(tested ? folder.test() : folder.validation(), folder.classes(),
        classes);
    List<LabeledImage> seen = new ArrayList<>();
    Evaluation evaluation;
    try (Network computed = chosen.open(result.graph());
        ImageBatches batches = options.data.evaluation(images, classes, network);
        Progress progress = Progress.start("Evaluating", images.size(), err)) {
      evaluation = Evaluation.of(computed, classes, batches, n -> {
        IntStream.of(batches.lastBatch()).mapToObj(images::get).forEach(seen::add);
        progress.step(n, "");
      });
    }
    String part = tested ? "test" : "validation";
    new RunReport(options, chosen, plan, folder, network, result, best).write(part, evaluation, seen, warnings, out.work());
    out.publish();
    options.main.out().printf(Locale.ROOT, "Best epoch %d of %d: validation accuracy %.2f %%%nOn the %s images:%n%s%n"
        + "Model, figures and report: %s%n", best.epoch(), result.epochs().size(), 100 * best.validationAccuracy(),
        part, evaluation, out.target());
  }

  /** Tells it, and goes on without the engine where that can't train the network. */
  private void estimateMemory(TrainingPlan plan, ImageBatches train, ImageBatches validation) {
    if (chosen.engine() == Engine.DL4J) {
      return;
    }
    long[] batch = network.preprocessing().shape(Math.min(options.data.batch, train.size()), network.format());
    Optional<TrainingMemory> memory = TrainingMemory.of(chosen, network.graph(), plan.phases(), batch,
        train, validation);
    if (memory.isEmpty()) {
      options.compute.refuse("oneDNN can't train this network, as is said above.");
      chosen = new Chosen(Engine.DL4J, chosen.options());
    } else {
      err.println("Memory: " + memory.get() + ".");
    }
  }

  /** A new network, random weights, inputs centred by the training images' own statistics. */
  private Loaded fresh() {
    String name = options.source.name();
    int size = options.source.imageSize(name);
    Preprocessing preprocessing = options.source.rule.preprocessing != null ? options.source.rule.preprocessing.at(size)
        : ChannelStatistics.centred(Preprocessing.unit(size), folder.train(), folder.classes());
    ComputationGraph graph;
    try {
      ResNet net = ResNets.named(name).numClasses(folder.classes().size()).inputShape(3, size, size)
          .seed(options.seed).build();
      graph = net.init();
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage());
    }
    return new Loaded(Optional.of(name), graph, Optional.of(folder.classes()), preprocessing);
  }

  /** The named weights; their head as well if they know the same classes. */
  private Loaded pretrained() throws IOException {
    Loaded loaded = options.source.load(err);
    if (loaded.classes().isPresent() && ClassNames.same(loaded.classes().get(), folder.classes())) {
      return loaded.thawed();
    }
    newHead = true;
    ComputationGraph graph = ResNetTransfer.newHead(loaded.thawed().graph(), folder.classes().size());
    return new Loaded(loaded.name(), graph, Optional.of(folder.classes()), loaded.preprocessing());
  }

  private BatchOptions trainingBatches() {
    boolean cifar = network.name().map(n -> ResNets.spec(n).stem() == Stem.CIFAR)
        .orElse(network.preprocessing().height() <= 64);
    return BatchOptions.training(options.data.batch, options.augmentation(cifar), options.seed)
        .withFormat(network.format()).withThreads(options.data.threads).withOnBadImage(options.data.onBadImage)
        .withFreesBatches(true);
  }

  private void save(ComputationGraph graph) {
    List<String> classes = network.classes().orElseThrow();
    new SavedModel(graph, classes, network.preprocessing(),
        Loaded.notes(network.name(), classes, network.preprocessing())).save(out.work());
  }

  private String diverged() {
    return "Training diverged: the loss became infinite or not a number. Lower --lr (it was " + options.learningRate
        + ").";
  }

  private void sayWhatIsKept(TrainingProgress progress) {
    err.println(progress.savedEpoch() == 0 ? "Stopped before the first epoch was through: no model was saved."
        : "Stopped. The best model so far, of epoch " + progress.savedEpoch() + ", is in " + out.work() + ".");
  }
}
