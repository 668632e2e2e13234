package org.resnet4j.training.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.training.augment.FlippedPrediction;
import org.resnet4j.training.cli.ComputeOptions.Chosen;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.Datasets;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.loop.Engine;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Network;
import org.resnet4j.training.loop.Steps;
import org.resnet4j.training.loop.Validation;
import org.resnet4j.training.recipe.RecipePlan;

/** This machine. */
final class LocalSite implements Site {
  @Override
  public Dataset open(String data, DatasetOptions options) {
    return Datasets.open(data, options);
  }

  @Override
  public Path folder(String out, String data) {
    Path folder = Path.of(out);
    if (folder.toAbsolutePath().normalize().startsWith(Path.of(data).toAbsolutePath().normalize())) {
      throw new CommandException(ExitCode.USAGE, "--out lies inside --data, where it would be taken for a class.");
    }
    return folder;
  }

  @Override
  public void written() {}

  @Override
  public Crew crew(Work work, Consumer<String> say) {
    return new Alone(work, say);
  }

  /** This process. */
  private static final class Alone implements Crew {
    private final Work work;
    private final ImageBatches training;
    private final ImageBatches validating;
    private final Chosen chosen;

    Alone(Work work, Consumer<String> say) {
      this.work = work;
      training = new ImageBatches(work.train(), work.classes(), work.preprocessing(),
          RecipePlan.batches(work.recipe(), work.seed()).withFormat(work.format()).withThreads(work.readers())
              .withOnBadImage(work.onBadImage()));
      validating = evaluation(work.validation());
      chosen = chosen(new Chosen(work.engine(), work.options()), say);
    }

    /** Tells the memory that it takes, and goes on without the engine where that can't train the network. */
    private Chosen chosen(Chosen asked, Consumer<String> say) {
      if (asked.engine() == Engine.DL4J) {
        return asked;
      }
      int part = (int) Math.ceil(
          (double) Math.min(work.recipe().batch(), training.size()) / work.recipe().accumulate());
      Optional<TrainingMemory> memory = TrainingMemory.of(asked, work.graph(), work.plan(),
          work.preprocessing().shape(part, work.format()), training, validating);
      memory.ifPresent(bytes -> say.accept("Memory: " + bytes + "."));
      return memory.isPresent() ? asked : new Chosen(Engine.DL4J, asked.options());
    }

    private ImageBatches evaluation(ImageSource images) {
      return new ImageBatches(images, work.classes(), work.preprocessing(),
          BatchOptions.evaluation(work.evaluationBatch()).withFormat(work.format()).withThreads(work.readers())
              .withOnBadImage(work.onBadImage()).withFreesBatches(true));
    }

    @Override
    public Engine engine() {
      return chosen.engine();
    }

    @Override
    public Steps steps() {
      return Steps.of(training);
    }

    @Override
    public Validation validation() {
      return Validation.on(work.classes(), validating, graph -> flipped(Network.of(graph)));
    }

    private Network flipped(Network network) {
      return work.recipe().testFlip() ? new FlippedPrediction(network, work.format()) : network;
    }

    @Override
    public ComputationGraph trained(ComputationGraph graph) {
      return chosen.trained(graph);
    }

    @Override
    public Tested test(ComputationGraph graph, ImageSource images, IntConsumer imagesDone) {
      List<Integer> seen = new ArrayList<>();
      try (Network network = flipped(chosen.open(graph)); ImageBatches batches = evaluation(images)) {
        Evaluation evaluation = Evaluation.of(network, work.classes(), batches, done -> {
          IntStream.of(batches.lastBatch()).forEach(seen::add);
          imagesDone.accept(done);
        });
        return new Tested(evaluation, seen.stream().mapToInt(i -> i).toArray());
      }
    }

    @Override
    public List<BadImage> skipped() {
      return training.skipped();
    }

    @Override
    public void close() {
      training.close();
      validating.close();
    }
  }
}
