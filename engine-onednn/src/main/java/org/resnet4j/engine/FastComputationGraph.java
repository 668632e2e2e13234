package org.resnet4j.engine;

import java.io.ObjectStreamException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.samediff.SameDiffGraphVertex;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.adapters.OutputAdapter;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.Variants.Change;
import org.resnet4j.engine.update.FusedSolver;

/**
 * A {@code ComputationGraph} whose predictions come from the engine: {@code output}, {@code outputSingle},
 * {@code evaluate}, {@code feedForward} and {@code score} of a network in inference, for any vertices. What needs more
 * (training mode, masks, recurrent state, inputs kept for a backward pass) is DL4J's own. {@link OneDnn#wrap} makes it.
 *
 * <p><b>Parameters.</b> A prediction after {@code fit}, {@code pretrain}, {@code setParams}, {@code setParam},
 * {@code setParamTable}, {@code update} or {@code applyConstraints} uses the new parameters. While one thread is in such
 * a call, predictions of others use those of before it, without waiting, unless nothing is compiled that has them; the
 * thread itself, in a listener say, uses the parameters as they are. No prediction uses some old and some new ones.
 * Changes past the network ({@code params().assign(...)}, a layer's own {@code setParam}) show after {@link #refresh}.
 *
 * <p><b>Threads.</b> Predictions run at the same time; each holds memory of its own for as long as it lasts.
 *
 * <p><b>Copies.</b> What DL4J makes anew from a network (saved and restored, serialised, by transfer learning) is a plain
 * {@code ComputationGraph}; {@link #clone} isn't. Native memory beyond DL4J's goes with {@link #close}, or when the
 * garbage collector finds the network.
 */
public class FastComputationGraph extends ComputationGraph {
  private static final long serialVersionUID = 1;

  private final transient EngineOptions options;
  /** Null where the engine can't run, or not this network. */
  private final transient Variants variants;
  private final transient Trainer trainer;
  /** DL4J's own can't be read. */
  private transient INDArray[] labels;

  FastComputationGraph(ComputationGraph graph, EngineOptions options, boolean compilable) {
    super(graph.getConfiguration());
    this.options = options;
    init(graph.params(), false);
    for (int index = 0; index < vertices.length; index++) {
      GraphVertex given = graph.getVertices()[index];
      if (given.hasLayer() && given.getLayer() instanceof FrozenLayer) {
        vertices[index].setLayerAsFrozen();
      } else if (given instanceof SameDiffGraphVertex) {
        // Its configuration remembers the SameDiff that it first ran in: a second one wouldn't run.
        vertices[index] = given;
        verticesMap.put(given.getVertexName(), given);
      }
    }
    ComputationGraphUpdater updater = graph.getUpdater(false);
    if (updater != null && updater.getStateViewArray() != null) {
      setUpdater(new ComputationGraphUpdater(this, updater.getStateViewArray()));
    }
    setListeners(graph.getListeners());
    setScore(graph.score());
    setLastEtlTime(graph.getLastEtlTime());
    // Last: what is above isn't a change.
    variants = compilable ? new Variants(this, options) : null;
    trainer = compilable ? new Trainer(this, options) : null;
    if (compilable) {
      solver = new FusedSolver(this, options.threads());
    }
  }

  /** Compiles for the outputs; gives the lines about vertices that DL4J computes. */
  List<String> compiled() {
    return variants == null ? List.of() : variants.compile();
  }

  /** Whether the engine predicts; else DL4J does. */
  public boolean isFast() {
    return variants != null;
  }

  /** Takes over what was changed past the network's own methods; nobody may change it meanwhile. */
  public void refresh() {
    if (variants != null) {
      variants.change(Change.SHORT, () -> null);
      variants.refresh();
      trainer.changed();
    }
  }

  // Predictions.

  @Override
  public INDArray[] output(boolean train, INDArray[] input, INDArray[] inputMasks, INDArray[] labelMasks,
      MemoryWorkspace outputWorkspace) {
    return plain(train, inputMasks, labelMasks) ? outputs(outputWorkspace, input)
        : super.output(train, input, inputMasks, labelMasks, outputWorkspace);
  }

  @Override
  public INDArray[] output(boolean train, boolean clearInputs, INDArray... input) {
    return plain(train) && clearInputs ? outputs(null, input) : super.output(train, clearInputs, input);
  }

  @Override
  public <T> T output(INDArray[] inputs, INDArray[] inputMasks, INDArray[] labelMasks, OutputAdapter<T> adapter) {
    if (!plain(false, inputMasks, labelMasks) || adapter instanceof org.deeplearning4j.nn.api.ModelAdapter) {
      return super.output(inputs, inputMasks, labelMasks, adapter);
    }
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WS_ALL_LAYERS_ACT_CONFIG, WS_OUTPUT_MEM)) {
      return adapter.apply(outputs(workspace, inputs));
    }
  }

  @Override
  protected INDArray[] outputOfLayersDetached(boolean train, FwdPassType fwdPassType, int[] layerIndexes,
      INDArray[] features, INDArray[] fMask, INDArray[] lMasks, boolean clearLayerInputs, boolean detachedInputs,
      MemoryWorkspace outputWorkspace) {
    if (plain(train, fMask, lMasks) && fwdPassType == FwdPassType.STANDARD && clearLayerInputs && !detachedInputs) {
      remember(features);
      return variants.output(IntStream.of(layerIndexes).mapToObj(this::name).toList(), within(outputWorkspace),
          features);
    }
    synchronized (this) {
      return super.outputOfLayersDetached(train, fwdPassType, layerIndexes, features, fMask, lMasks, clearLayerInputs,
          detachedInputs, outputWorkspace);
    }
  }

  private INDArray[] outputs(MemoryWorkspace workspace, INDArray... inputs) {
    remember(inputs);
    return variants.outputs(within(workspace), inputs);
  }

  private static MemoryWorkspace within(MemoryWorkspace workspace) {
    return workspace instanceof org.nd4j.linalg.api.memory.abstracts.DummyWorkspace ? null : workspace;
  }

  private String name(int vertex) {
    return vertices[vertex].getVertexName();
  }

  /** Whether this is inference without masks, on an engine. */
  private boolean plain(boolean train, INDArray[]... masks) {
    return variants != null && !train && Stream.of(masks)
        .allMatch(some -> some == null || Stream.of(some).allMatch(Objects::isNull));
  }

  /** As DL4J does with every call's inputs; but those of a training step under way stay. */
  private void remember(INDArray[] inputs) {
    if (inputs != null && inputs.length == getNumInputArrays()) {
      variants.unlessChanging(() -> setInputs(inputs));
    }
  }

  @Override
  public Map<String, INDArray> feedForward(INDArray input, boolean train) {
    return plain(train, getInputMaskArrays(), getLabelMaskArrays()) && getNumInputArrays() == 1
        ? activations(vertices.length - 1, null, input) : super.feedForward(input, train);
  }

  @Override
  public Map<String, INDArray> feedForward(INDArray[] input, boolean train, boolean clearInputs) {
    return plain(train, getInputMaskArrays(), getLabelMaskArrays()) && clearInputs
        ? activations(vertices.length - 1, null, input) : super.feedForward(input, train, clearInputs);
  }

  @Override
  protected Map<String, INDArray> ffToLayerActivationsDetached(boolean train, FwdPassType fwdPassType,
      boolean storeLastForTBPTT, int layerIndex, int[] excludeIdxs, INDArray[] features, INDArray[] fMask,
      INDArray[] lMask, boolean clearLayers) {
    boolean possible = plain(train, fMask, lMask) && fwdPassType == FwdPassType.STANDARD && layerIndex >= 0
        && layerIndex < topologicalOrder.length;
    if (possible && clearLayers) {
      return activations(layerIndex, excludeIdxs, features);
    } else if (possible && excludeIdxs == getOutputLayerIndices()) {
      return inputsOfOutputs(features);
    }
    return super.ffToLayerActivationsDetached(train, fwdPassType, storeLastForTBPTT, layerIndex, excludeIdxs, features,
        fMask, lMask, clearLayers);
  }

  /** The activations of all vertices up to a place in the order of computation, the inputs as given with them. */
  private Map<String, INDArray> activations(int last, int[] excluded, INDArray... inputs) {
    remember(inputs);
    List<String> names = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      int index = topologicalOrder[i];
      if (!vertices[index].isInputVertex() && (excluded == null || IntStream.of(excluded).noneMatch(e -> e == index))) {
        names.add(name(index));
      }
    }
    INDArray[] computed = variants.output(names, null, inputs);
    Map<String, INDArray> activations = new HashMap<>();
    for (int i = 0; i < inputs.length; i++) {
      activations.put(getConfiguration().getNetworkInputs().get(i), inputs[i]);
    }
    for (int i = 0; i < computed.length; i++) {
      activations.put(names.get(i), computed[i]);
    }
    return activations;
  }

  /** What {@code score} wants: the outputs' layers with their inputs set, from which they compute losses. */
  private Map<String, INDArray> inputsOfOutputs(INDArray... features) {
    List<String> names = getConfiguration().getNetworkOutputs().stream()
        .flatMap(output -> getConfiguration().getVertexInputs().get(output).stream()).distinct().toList();
    INDArray[] computed = variants.output(names, null, features);
    Map<String, INDArray> activations = new HashMap<>();
    for (int i = 0; i < computed.length; i++) {
      activations.put(names.get(i), computed[i]);
    }
    for (String output : getConfiguration().getNetworkOutputs()) {
      List<String> inputs = getConfiguration().getVertexInputs().get(output);
      for (int i = 0; i < inputs.size(); i++) {
        getVertex(output).setInput(i, activations.get(inputs.get(i)), LayerWorkspaceMgr.noWorkspaces());
      }
    }
    return activations;
  }

  /** The layers keep what they compute with, so one call at a time, and none while the parameters change. */
  @Override
  public double score(MultiDataSet dataSet, boolean training) {
    return variants == null ? super.score(dataSet, training) : alone(() -> super.score(dataSet, training));
  }

  private <T> T alone(Supplier<T> work) {
    synchronized (this) {
      return variants.reading(work);
    }
  }

  /** Evaluation calls this at its end, whatever another thread is in the middle of. */
  @Override
  public void clearLayersStates() {
    if (variants == null || Thread.holdsLock(this)) {
      super.clearLayersStates();
    } else {
      variants.unlessChanging(super::clearLayersStates);
    }
  }

  // Changes of the parameters.

  private void changing(Change kind, Runnable change) {
    if (variants == null) {
      change.run();
      return;
    }
    // DL4J's own order: whoever holds the monitor may want to predict.
    synchronized (this) {
      variants.change(kind, () -> {
        change.run();
        return null;
      });
    }
  }

  @Override
  public void fit(INDArray[] inputs, INDArray[] labels, INDArray[] featureMaskArrays, INDArray[] labelMaskArrays) {
    changing(Change.SHORT, () -> super.fit(inputs, labels, featureMaskArrays, labelMaskArrays));
  }

  @Override
  public void fit(MultiDataSetIterator multi) {
    changing(Change.LONG, () -> super.fit(multi));
  }

  @Override
  public void fit(MultiDataSetIterator iterator, int numEpochs) {
    changing(Change.LONG, () -> super.fit(iterator, numEpochs));
  }

  @Override
  public void fit(DataSetIterator iterator, int numEpochs) {
    changing(Change.LONG, () -> super.fit(iterator, numEpochs));
  }

  @Override
  public void pretrain(MultiDataSetIterator iter, int numEpochs) {
    changing(Change.UNSEEN, () -> super.pretrain(iter, numEpochs));
  }

  @Override
  public void pretrainLayer(String layerName, MultiDataSetIterator iter) {
    changing(Change.UNSEEN, () -> super.pretrainLayer(layerName, iter));
  }

  /** Optimisers call it after every step too, with the network's own array, which is then as it has to be. */
  @Override
  public void setParams(INDArray params) {
    boolean own = flattenedParams != null && params.length() == flattenedParams.length()
        && params.data().pointer().address() == flattenedParams.data().pointer().address()
        && params.offset() == flattenedParams.offset();
    if (trainer != null && !own) {
      trainer.changed();
    }
    changing(Change.SHORT, () -> {
      if (!own) {
        super.setParams(params);
      }
    });
  }

  @Override
  public void setParam(String key, INDArray val) {
    if (trainer != null) {
      trainer.changed();
    }
    changing(Change.SHORT, () -> super.setParam(key, val));
  }

  @Override
  public void setParamTable(Map<String, INDArray> paramTable) {
    if (trainer != null) {
      trainer.changed();
    }
    changing(Change.SHORT, () -> super.setParamTable(paramTable));
  }

  @Override
  public void update(Gradient gradient) {
    changing(Change.SHORT, () -> super.update(gradient));
  }

  @Override
  public void applyConstraints(int iteration, int epoch) {
    changing(Change.SHORT, () -> super.applyConstraints(iteration, epoch));
  }

  // Training.

  @Override
  public void setLabels(INDArray... labels) {
    super.setLabels(labels);
    this.labels = labels;
  }

  @Override
  public void setLabel(int labelNum, INDArray label) {
    super.setLabel(labelNum, label);
    if (labels == null) {
      labels = new INDArray[getNumOutputArrays()];
    }
    labels[labelNum] = label;
  }

  /**
   * The gradients and the score, by the engine; by DL4J where the engine can't train this network or doesn't know what
   * was asked for, which a logged line says once.
   */
  @Override
  public void computeGradientAndScore() {
    if (trainer == null || !trainer.takes(gradients())) {
      super.computeGradientAndScore();
      return;
    }
    synchronizeIterEpochCounts();
    score = trainer.run(labels);
    gradient = trainer.gradient();
    getListeners().forEach(listener -> listener.onBackwardPass(this));
  }

  /**
   * The native memory that a training step takes beyond parameters, gradients and the updater's state: activations,
   * their gradients, copies of parameters.
   *
   * @param inputShapes of a batch, one for each of the network's inputs
   * @return bytes; -1 where DL4J trains this network
   */
  public long trainingMemory(long[]... inputShapes) {
    return trainer == null ? -1 : trainer.memory(gradients(), List.of(inputShapes));
  }

  /** Measures the kinds of work of the training steps that follow, which become a little slower. */
  public void profile() {
    if (trainer != null) {
      trainer.profile(gradients());
    }
  }

  /**
   * Since {@link #profile}: nanoseconds in a step, of each kind of work ("convolution forward"); empty where DL4J trains
   * this network.
   */
  public Map<String, Long> profiled() {
    return trainer == null ? Map.of() : trainer.profiled();
  }

  private INDArray gradients() {
    if (flattenedGradients == null) {
      initGradientsView();
    }
    return flattenedGradients;
  }

  // Copies and the end.

  /** A network of its own, as fast as this one. */
  @Override
  public FastComputationGraph clone() {
    return new FastComputationGraph(super.clone(), options, variants != null);
  }

  private Object writeReplace() throws ObjectStreamException {
    return super.clone();
  }

  /** Frees the native memory of the engine's forms of this network and, as DL4J does, the parameters. */
  @Override
  public void close() {
    if (variants != null) {
      variants.close();
      trainer.close();
    }
    super.close();
  }
}
