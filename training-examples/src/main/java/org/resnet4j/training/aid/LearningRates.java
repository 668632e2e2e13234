package org.resnet4j.training.aid;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A net's learning rates, one for each group of layers, which are multiples of the one that a step is given: with
 * fine-tuning, layers near the image need less change than the head (discriminative rates: Howard and Ruder,
 * arXiv:1801.06146, section 3.1, where each group has 1 / 2.6 of the next one's).
 *
 * <p>All layers of a group share one updater object, whose rate is set. ({@code ComputationGraph.setLearningRate} makes
 * the updater anew at every call.)
 */
public final class LearningRates {
  private static final Pattern STAGE = Pattern.compile("stage(\\d+)_.*");

  /** Multiplier to updater. */
  private final Map<Double, IUpdater> updaters;
  private final Map<String, Double> multipliers;

  private LearningRates(Map<Double, IUpdater> updaters, Map<String, Double> multipliers) {
    this.updaters = updaters;
    this.multipliers = multipliers;
  }

  /**
   * Gives all layers that aren't frozen one updater.
   *
   * @param prototype cloned; any that has a learning rate
   */
  public static LearningRates of(ComputationGraph graph, IUpdater prototype) {
    return of(graph, prototype, vertex -> 1);
  }

  /**
   * Gives the layers of one of this project's graphs updaters by stage: the head learns at the step's rate, the last
   * stage at {@code falloff} times that, and so on to the stem.
   *
   * @param prototype cloned; any that has a learning rate
   * @param falloff 1 for one rate everywhere
   * @throws IllegalArgumentException if the falloff isn't positive, or isn't 1 and the graph has no vertices that are
   *     called {@code stage1_...}
   */
  public static LearningRates of(ComputationGraph graph, IUpdater prototype, double falloff) {
    int stages = 0;
    for (GraphVertex vertex : graph.getVertices()) {
      stages = Math.max(stages, stage(vertex.getVertexName(), 0));
    }
    if (stages == 0 && falloff != 1) {
      throw new IllegalArgumentException("Learning rates by stage: expected vertices named stem_..., stage1_..., found "
          + "none; give a multiplier for each vertex instead.");
    }
    int last = stages;
    return of(graph, prototype, vertex -> Math.pow(falloff, last + 1 - stage(vertex, last + 1)));
  }

  /** 0 for the stem, 1 for the first stage. */
  private static int stage(String vertex, int otherwise) {
    Matcher matcher = STAGE.matcher(vertex);
    return vertex.startsWith("stem_") ? 0 : matcher.matches() ? Integer.parseInt(matcher.group(1)) : otherwise;
  }

  /**
   * Gives each layer that isn't frozen an updater of its group. The graph's updater begins anew: to go on from a
   * checkpoint, give the new one the saved state ({@code graph.getUpdater().setStateViewArray}).
   *
   * @param prototype cloned; any that has a learning rate. Its own rate counts for nothing: {@link #set} gives it
   * @param multiplier of a vertex's learning rate; vertices with the same are a group
   * @throws IllegalArgumentException if a multiplier isn't positive, the updater has no learning rate, or a layer with
   *     parameters takes no updater
   */
  public static LearningRates of(ComputationGraph graph, IUpdater prototype, ToDoubleFunction<String> multiplier) {
    if (!prototype.hasLearningRate()) {
      throw new IllegalArgumentException(
          "Learning rates: expected an updater that has one, found " + prototype.getClass().getSimpleName() + ".");
    }
    Map<Double, IUpdater> updaters = new TreeMap<>();
    Map<String, Double> multipliers = new LinkedHashMap<>();
    for (GraphVertex vertex : graph.getVertices()) {
      if (trains(vertex)) {
        String name = vertex.getVertexName();
        double times = checked(name, multiplier.applyAsDouble(name));
        multipliers.put(name, times);
        BaseLayer layer = (BaseLayer) vertex.getLayer().conf().getLayer();
        layer.setIUpdater(updaters.computeIfAbsent(times, key -> prototype.clone()));
        layer.setBiasUpdater(null);
      }
    }
    LearningRates rates = new LearningRates(updaters, multipliers);
    // Groups with equal settings would become one when the updater is made, so it is made while they differ.
    rates.set(1);
    graph.setUpdater(null);
    graph.getUpdater();
    return rates;
  }

  private static boolean trains(GraphVertex vertex) {
    if (vertex.numParams() == 0) {
      return false;
    }
    // A layer can be frozen in a net whose configuration doesn't say so.
    if (vertex.getLayer() instanceof FrozenLayer || vertex.getLayer() instanceof FrozenLayerWithBackprop) {
      return false;
    }
    Object layer = vertex.hasLayer() ? vertex.getLayer().conf().getLayer() : vertex;
    if (layer instanceof BaseLayer) {
      return true;
    }
    throw new IllegalArgumentException("Learning rates, vertex " + vertex.getVertexName()
        + ": expected a layer that takes an updater (a BaseLayer), found " + layer.getClass().getName() + ".");
  }

  private static double checked(String vertex, double multiplier) {
    if (!(multiplier > 0 && Double.isFinite(multiplier))) {
      throw new IllegalArgumentException("Learning rates, vertex " + vertex + ": expected a multiplier above 0, found "
          + multiplier + "; freeze what shall not learn.");
    }
    return multiplier;
  }

  /** Sets the rates of the steps that follow: to each group's multiple of this one. */
  public void set(double rate) {
    updaters.forEach((multiplier, updater) -> updater.setLrAndSchedule(rate * multiplier, null));
  }

  /** Of each vertex with parameters that aren't frozen, its multiplier. */
  public Map<String, Double> multipliers() {
    return Collections.unmodifiableMap(multipliers);
  }

  /** The groups' updaters, from the smallest multiplier to the largest. */
  public List<IUpdater> updaters() {
    return List.copyOf(updaters.values());
  }
}
