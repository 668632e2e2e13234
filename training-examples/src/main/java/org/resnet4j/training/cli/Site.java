package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.OnBadImage;
import org.resnet4j.training.loop.Engine;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Steps;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.training.loop.Validation;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.zoo.image.Preprocessing;

/** Where a training command has its images from, where its results go, and who computes: this machine, or a cluster. */
public interface Site {
  /** This machine. */
  Site HERE = new LocalSite();

  /** The data that a command's {@code --data} names. */
  Dataset open(String data, DatasetOptions options);

  /**
   * The folder of this machine that a run is written into.
   *
   * @param out the command's {@code --out}
   * @param data the command's {@code --data}, which mustn't hold it
   */
  Path folder(String out, String data) throws IOException;

  /** What computes, as a report tells it: the engine, and who has it. */
  default String computing(String engine) {
    return engine;
  }

  /** Told whenever files of the {@link #folder} were written, and are whole. */
  void written() throws IOException;

  /**
   * Gets ready to compute a run.
   *
   * @param say told a sentence at a time what people might want to know of it
   */
  Crew crew(Work work, Consumer<String> say);

  /**
   * A run's work.
   *
   * @param phase that it begins in, 0-based
   * @param plan what the recipe comes to
   * @param graph the net
   * @param train labels index the classes
   * @param validation likewise
   * @param readers threads that read images
   * @param options of the engine, where it has any
   */
  record Work(Recipe recipe, int phase, TrainingPlan plan, ComputationGraph graph, long seed, List<String> classes,
              Preprocessing preprocessing, CNN2DFormat format, ImageSource train, ImageSource validation,
              int readers, OnBadImage onBadImage, Engine engine, EngineOptions options) {
    /** Images that are predicted at a time. */
    public int evaluationBatch() {
      return Math.max(1, recipe.batch() / recipe.accumulate());
    }
  }

  /** Who computes a run. */
  interface Crew extends AutoCloseable {
    /** What computes, which may be another than was asked for where that can't. */
    Engine engine();

    Steps steps();

    Validation validation();

    /** The graph that {@link #steps} train, which may be a new one that takes over the given one's parameters. */
    ComputationGraph trained(ComputationGraph graph);

    /**
     * Predicts images that the run ends with.
     *
     * @param imagesDone told how many more are through
     * @return one prediction for each image that could be read
     */
    Tested test(ComputationGraph graph, ImageSource images, IntConsumer imagesDone);

    /** Training images that were left out so far, since they could not be read. */
    List<BadImage> skipped();

    @Override
    void close();
  }

  /**
   * What {@link Crew#test} gives.
   *
   * @param images indices of the images that the predictions are of, in their order
   */
  record Tested(Evaluation evaluation, int[] images) { }
}
