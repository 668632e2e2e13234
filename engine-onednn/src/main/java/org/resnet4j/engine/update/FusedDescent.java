package org.resnet4j.engine.update;

import java.util.Collection;
import java.util.function.Consumer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.StepFunction;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.solvers.StochasticGradientDescent;
import org.deeplearning4j.optimize.stepfunctions.NegativeGradientStepFunction;
import org.deeplearning4j.optimize.stepfunctions.StepFunctions;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** DL4J's gradient descent in its order of events, updater and step in one. */
final class FusedDescent extends StochasticGradientDescent {
  private static final Logger LOG = LoggerFactory.getLogger(FusedSolver.class);
  private static final long serialVersionUID = 1;

  private final ComputationGraph graph;
  private final int threads;
  private transient FusedUpdate update;
  private boolean unusualStepLogged;

  FusedDescent(ComputationGraph graph, Collection<TrainingListener> listeners, int threads) {
    super(graph.conf(), stepFunction(graph), listeners, graph);
    this.graph = graph;
    this.threads = threads;
  }

  /** DL4J chooses by the optimiser's class; for a subclass it chooses another one. */
  private static StepFunction stepFunction(ComputationGraph graph) {
    StepFunction configured = StepFunctions.createStepFunction(graph.conf().getStepFunction());
    return configured == null ? getDefaultStepFunctionForOptimizer(StochasticGradientDescent.class) : configured;
  }

  @Override
  public boolean optimize(LayerWorkspaceMgr workspaces) {
    if (accumulator != null || !stepsUsually()) {
      return super.optimize(workspaces);
    }
    oldScore = score;
    graph.computeGradientAndScore(workspaces);
    tell(listener -> listener.onGradientCalculation(graph));
    Pair<Gradient, Double> result = graph.gradientAndScore();
    score = result.getSecond();

    step(result.getFirst(), workspaces);
    // As DL4J does: they are the same array, and a subclass hears of the change.
    graph.setParams(graph.params());

    int iteration = getIterationCount(graph);
    int epoch = getEpochCount(graph);
    tell(listener -> listener.iterationDone(graph, iteration, epoch));
    incrementIterationCount(graph, 1);
    applyConstraints(graph);
    return true;
  }

  private boolean stepsUsually() {
    boolean usual = stepFunction.getClass() == NegativeGradientStepFunction.class;
    if (!usual && !unusualStepLogged) {
      unusualStepLogged = true;
      LOG.warn("Step function {} isn't fused: DL4J's own solver trains this network",
          stepFunction.getClass().getName());
    }
    return usual;
  }

  @SuppressWarnings("try")
  private void tell(Consumer<TrainingListener> event) {
    if (!trainingListeners.isEmpty()) {
      try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        trainingListeners.forEach(event);
      }
    }
  }

  private void step(Gradient gradient, LayerWorkspaceMgr workspaces) {
    INDArray parameters = graph.params();
    FusedUpdate fused = update(gradient.gradient(), parameters);
    if (fused.obstacle().isPresent()) {
      updateGradientAccordingToParams(gradient, graph, graph.batchSize(), workspaces);
      INDArray whole = gradient.gradient();
      stepFunction.step(parameters, whole.reshape(whole.length()));
    } else {
      fused.run(gradient, graph.batchSize(), workspaces,
          threads == 0 ? NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads() : threads);
    }
  }

  /** What is prepared for the arrays and the updater that the network has now. */
  @SuppressWarnings("try")
  private FusedUpdate update(INDArray gradient, INDArray parameters) {
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      ComputationGraphUpdater updater = getComputationGraphUpdater();
      if (update == null || !update.isOf(updater, gradient, parameters)) {
        update = new FusedUpdate(graph, updater, gradient, parameters);
        update.obstacle().ifPresent(reason -> LOG.warn("{}: DL4J's own updater trains this network", reason));
      }
      return update;
    }
  }
}
