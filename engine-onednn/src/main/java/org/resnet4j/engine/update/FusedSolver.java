package org.resnet4j.engine.update;

import java.util.ArrayList;
import java.util.Collection;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.Solver;
import org.deeplearning4j.optimize.api.ConvexOptimizer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.solvers.StochasticGradientDescent;

/**
 * Trains a graph as DL4J's {@code Solver} does, with one pass over memory for what DL4J does in five to fifteen:
 * division by the minibatch, L1, L2, weight decay, updater and step. The updaters are {@code Sgd}, {@code Nesterovs},
 * {@code Adam}, {@code NoOp}, and this project's {@code SgdMomentum} and {@code AdamW}. A subclass of
 * {@code ComputationGraph} sets it as its {@code solver} after {@code init}. For ResNet-50's 25.6 million parameters
 * a thread needs a third of DL4J's time with {@code SgdMomentum}, a quarter with {@code Adam}, a fifth with
 * {@code AdamW}.
 *
 * <p>Parameters, updater state and the gradient array, where the update is after the step, come out as DL4J's do, to
 * the bit where ND4J's library isn't built for fused multiply-add. The state is that of DL4J's own
 * {@code ComputationGraphUpdater}, so that saved networks have it. Schedules, gradient normalisation, constraints and
 * listeners are DL4J's. What isn't known here is left to DL4J, with a line in the log: parameters with another updater
 * or regularisation, and whole networks whose numbers aren't float32 or whose step function isn't the usual one.
 * Gradient accumulators and the line-search algorithms are DL4J's as well.
 *
 * <p>Not to be used by two threads at once, as {@code fit} isn't.
 */
public final class FusedSolver extends Solver {
  private final ConvexOptimizer optimizer;

  /** With as many threads as OpenMP gives to the thread that calls {@code fit}. */
  public FusedSolver(ComputationGraph graph) {
    this(graph, 0);
  }

  /**
   * Takes over the graph's listeners and its updater with the state, if it has one yet.
   *
   * @param threads that parameters are updated with; 0 for as many as OpenMP gives to the thread that calls
   *     {@code fit}
   */
  public FusedSolver(ComputationGraph graph, int threads) {
    if (threads < 0) {
      throw new IllegalArgumentException("threads: expected 0 or more, found " + threads);
    }
    ComputationGraphUpdater updater = graph.getUpdater(false);
    optimizer = graph.conf().getOptimizationAlgo() == OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT
        ? new FusedDescent(graph, new ArrayList<>(graph.getListeners()), threads)
        : new Solver.Builder().configure(graph.conf()).listeners(graph.getListeners()).model(graph).build()
            .getOptimizer();
    if (updater != null) {
      optimizer.setUpdaterComputationGraph(updater);
    }
  }

  @Override
  public void optimize(LayerWorkspaceMgr workspaces) {
    optimizer.optimize(workspaces);
  }

  /** Does nothing: the optimiser is there from the start. */
  @Override
  public void initOptimizer() {}

  /** DL4J's {@link StochasticGradientDescent}, or what the configuration asks for instead. */
  @Override
  public ConvexOptimizer getOptimizer() {
    return optimizer;
  }

  @Override
  public void setListeners(Collection<TrainingListener> listeners) {
    optimizer.setListeners(listeners);
  }
}
