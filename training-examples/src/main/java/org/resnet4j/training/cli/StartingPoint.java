package org.resnet4j.training.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.training.recipe.Recipe.Initialization;
import org.resnet4j.training.recipe.Recipe.Pixels;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * The network that a run starts from.
 *
 * @param newHead whether pretrained layers come with a new head
 */
record StartingPoint(Loaded network, boolean newHead) {

  /** The named weights; their head as well if they know the same classes. */
  static StartingPoint pretrained(ModelSource source, Dataset dataset, PrintStream err) throws IOException {
    Loaded loaded = source.load(err);
    if (loaded.classes().isPresent() && ClassNames.same(loaded.classes().get(), dataset.classes())) {
      return new StartingPoint(loaded.thawed(), false);
    }
    ComputationGraph graph = ResNetTransfer.newHead(loaded.thawed().graph(), dataset.classes().size());
    return new StartingPoint(
        new Loaded(loaded.name(), graph, Optional.of(dataset.classes()), loaded.preprocessing()), true);
  }

  /** The same architecture with random weights. */
  StartingPoint forgotten() {
    ComputationGraph random = new ComputationGraph(network.graph().getConfiguration().clone());
    random.init();
    return new StartingPoint(
        new Loaded(network.name(), random, network.classes(), network.preprocessing()), newHead);
  }

  /** A new network of the zoo, random weights. */
  static StartingPoint random(ModelSource source, Recipe recipe, Dataset dataset, long seed) {
    String name = source.model == null && !recipe.model().equals(Recipe.ANY_MODEL) ? recipe.model() : source.name();
    int size = source.imageSize(name);
    Preprocessing preprocessing = source.rule.preprocessing != null ? source.rule.preprocessing.at(size)
        : recipe.pixels() == Pixels.UNIT ? Preprocessing.unit(size)
            : ChannelStatistics.centred(Preprocessing.unit(size), dataset.train(), dataset.classes());
    ComputationGraph graph;
    try {
      ResNet net = ResNets.named(name).numClasses(dataset.classes().size()).inputShape(3, size, size).seed(seed)
          .stochasticDepth(recipe.stochasticDepth()).build();
      graph = net.init();
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage());
    }
    if (recipe.initialization() == Initialization.HE_EVERYWHERE) {
      HeEverywhere.initialize(graph, seed);
    }
    return new StartingPoint(new Loaded(Optional.of(name), graph, Optional.of(dataset.classes()), preprocessing),
        false);
  }
}
