package org.resnet4j.engine.update;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.regularization.Regularization.ApplyStep;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network's update and step, prepared for its arrays: {@code ComputationGraphUpdater.update} and
 * {@code params.subi(gradient)} in one.
 */
final class FusedUpdate {
  private static final Logger LOG = LoggerFactory.getLogger(FusedSolver.class);

  private final ComputationGraph graph;
  private final ComputationGraphUpdater updater;
  private final Floats gradient;
  private final Floats parameters;
  private final List<Block> blocks;
  private final Optional<String> obstacle;
  private final List<Span> spans = new ArrayList<>();
  /** Indices of parameters that a step leaves as they are. */
  private final BitSet held = new BitSet();
  private final Set<String> logged = new HashSet<>();

  /** Of a graph whose gradient has been computed. */
  FusedUpdate(ComputationGraph graph, ComputationGraphUpdater updater, INDArray gradient, INDArray parameters) {
    this.graph = graph;
    this.updater = updater;
    this.gradient = new Floats(gradient);
    this.parameters = new Floats(parameters);
    blocks = Block.of(updater.getUpdaterBlocks());
    obstacle = findObstacle(gradient, parameters);
    if (obstacle.isEmpty()) {
      blocks.forEach(this::cut);
    }
  }

  boolean isOf(ComputationGraphUpdater updater, INDArray gradient, INDArray parameters) {
    return this.updater == updater && this.gradient.isOf(gradient) && this.parameters.isOf(parameters);
  }

  /** Why this network's update is DL4J's to do, in one sentence; empty if it can be done here. */
  Optional<String> obstacle() {
    return obstacle;
  }

  private Optional<String> findObstacle(INDArray gradient, INDArray parameters) {
    if (Nd4j.getExecutioner().type() != OpExecutioner.ExecutionerType.NATIVE_CPU) {
      return Optional.of("ND4J computes on " + Nd4j.getExecutioner().type());
    }
    if (updater.getClass() != ComputationGraphUpdater.class) {
      return Optional.of("The updater is a " + updater.getClass().getName());
    }
    if (!Floats.isPlain(parameters) || !Floats.isPlain(gradient)) {
      return Optional.of("Parameters are " + parameters.dataType() + ", gradients " + gradient.dataType());
    }
    long covered = 0;
    for (Block block : blocks) {
      for (Variable variable : block.variables()) {
        if (!variable.isPartOf(this.parameters, this.gradient)) {
          return Optional.of("The updater was made for other arrays than the network's");
        }
        covered += variable.length();
      }
    }
    return covered == parameters.length() && covered == gradient.length() ? Optional.empty()
        : Optional.of("The updater has %d parameters of %d".formatted(covered, parameters.length()));
  }

  private void cut(Block block) {
    block.rule().ifPresent(rule -> {
      int begin = block.variables().get(0).begin();
      for (Variable variable : block.variables()) {
        spans.addAll(Span.of(variable, gradient, parameters, rule.state(), variable.begin() - begin));
        if (rule == Rule.PLAIN && variable.isHeld()) {
          held.set(variable.index());
        }
      }
    });
  }

  /** Updates and steps; the update is in the gradient's place afterwards. */
  @SuppressWarnings("try")
  void run(Gradient whole, int batch, LayerWorkspaceMgr workspaces, int threads) {
    // Whoever copies the updater's state meanwhile, by getStateViewArrayCopy, holds the same lock.
    synchronized (updater) {
      int iteration = BaseOptimizer.getIterationCount(graph);
      int epoch = BaseOptimizer.getEpochCount(graph);
      int divisor = graph.conf().isMiniBatch() ? batch : 1;
      normalize(whole, divisor, iteration);

      Map<String, List<Block>> unknown = new LinkedHashMap<>();
      Work[] works = new Work[blocks.stream().mapToInt(block -> block.variables().size()).sum()];
      for (Block block : blocks) {
        block.unknown().ifPresentOrElse(what -> unknown.computeIfAbsent(what, key -> new ArrayList<>()).add(block),
            () -> plan(block, works, divisor, iteration, epoch));
      }
      unknown.forEach(this::log);
      List<Block> left = unknown.values().stream().flatMap(List::stream).toList();

      // First what DL4J does: it may throw, and no parameter has been changed yet.
      workspaces.assertNotOpen(ArrayType.UPDATER_WORKING_MEM, "Updater working memory");
      for (Block block : left) {
        block.variables().forEach(variable -> divide(variable, divisor, false));
        try (MemoryWorkspace working = workspaces.notifyScopeEntered(ArrayType.UPDATER_WORKING_MEM)) {
          block.update(iteration, epoch);
        }
      }
      Crew.run(spans.size(), threads, Work.Piece::new, (index, piece) -> {
        Span span = spans.get(index);
        Work work = works[span.variable()];
        if (work != null) {
          span.update(work, piece);
        }
      });
      left.forEach(block -> block.variables().forEach(Variable::step));
    }
  }

  /** DL4J's normalisation and clipping, layer by layer; it has gradients divided by the minibatch already. */
  private void normalize(Gradient whole, int divisor, int iteration) {
    List<Variable> normalized = blocks.stream().flatMap(block -> block.variables().stream())
        .filter(Variable::isNormalized).toList();
    if (normalized.isEmpty()) {
      return;
    }
    normalized.forEach(variable -> divide(variable, divisor, true));
    Map<String, Gradient> layers = new HashMap<>();
    whole.gradientForVariable().forEach((name, part) -> {
      int end = name.lastIndexOf('_');
      layers.computeIfAbsent(name.substring(0, end), layer -> new DefaultGradient())
          .setGradientFor(name.substring(end + 1), part);
    });
    layers.forEach((name, part) -> updater.preApply(updater.getLayersByName().get(name), part, iteration));
  }

  private static void divide(Variable variable, int divisor, boolean normalized) {
    if (divisor != 1 && variable.isDividedByMinibatch() && variable.isNormalized() == normalized) {
      variable.divide(divisor);
    }
  }

  private void plan(Block block, Work[] works, int divisor, int iteration, int epoch) {
    Rule.Kernel kernel = block.rule().orElseThrow().formula().at(iteration, epoch);
    for (Variable variable : block.variables()) {
      List<Penalty> before = block.penalties(variable, ApplyStep.BEFORE_UPDATER, iteration, epoch);
      List<Penalty> after = block.penalties(variable, ApplyStep.POST_UPDATER, iteration, epoch);
      if (!held.get(variable.index()) || !before.isEmpty() || !after.isEmpty()) {
        boolean divided = variable.isDividedByMinibatch() && !variable.isNormalized();
        works[variable.index()] = new Work(divided ? divisor : 1, before, kernel, after);
      }
    }
  }

  private void log(String unknown, List<Block> left) {
    if (logged.add(unknown)) {
      LOG.warn("{} isn't fused: DL4J updates {} of {} parameters", unknown,
          left.stream().mapToLong(Block::length).sum(), parameters.array().length());
    }
  }
}
