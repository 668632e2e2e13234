package org.resnet4j.training.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;
import org.resnet4j.training.benchmark.PeakMemory;
import org.resnet4j.training.cli.ComputeOptions.Chosen;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.loop.TrainingPhase;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.zoo.ResNetTransfer;

/**
 * The most memory that a training run on oneDNN will hold at a time, in bytes: what the process holds after its plans
 * were tried out, and what is known to come.
 *
 * @param steps of training, and of predicting between epochs: activations, their gradients, parameters in the kernels'
 *     types
 * @param parameters and what is as long as they are: gradients, the updater's state, the best epoch's, copies to predict
 *     with
 * @param heap Java's: images, and what is garbage until it is collected
 * @param libraries programs and kernels
 */
record TrainingMemory(long steps, long parameters, long heap, long libraries) {
  /** Of JVM, ND4J, OpenCV and oneDNN with a network's kernels, where the system doesn't tell. */
  private static final long LIBRARIES = 450L << 20;
  /** The young generation's share where the collector sets none. */
  private static final int YOUNG_SHARE = 3;
  /** Off the heap at a time: the last one of training, one that is validated, and the next. */
  private static final long BATCHES = 3;
  private static final double GB = 1e9;

  /**
   * Tries the phases out on copies of the graph.
   *
   * @param batch the shape of a batch, [images, ...]
   * @return empty if Deeplearning4j would train one of the phases
   */
  static Optional<TrainingMemory> of(Chosen chosen, ComputationGraph graph, TrainingPlan plan, long[] batch,
      ImageBatches train, ImageBatches validation) {
    long length = Float.BYTES * graph.numParams();
    long steps = 0;
    long parameters = 0;
    boolean begun = false;
    for (TrainingPhase phase : plan.phases()) {
      long step = step(chosen, graph, phase, batch);
      if (step < 0) {
        return Optional.empty();
      }
      long copies = Math.round(length * copies(chosen, plan, phase, begun));
      if (step + copies > steps + parameters) {
        steps = step;
        parameters = copies;
      }
      begun = true;
    }
    long features = Float.BYTES * LongStream.of(batch).reduce(1, Math::multiplyExact);
    steps += BATCHES * features;
    // Those of validation, the last of which is smaller; each size has memory of its own.
    steps += LongStream.of(Math.min(validation.batch(), validation.size()), validation.size() % validation.batch())
        .distinct().filter(size -> size > 0).map(size -> prediction(chosen, graph, ofSize(batch, size))).sum();
    System.gc();
    Pointer.trimMemory(); // what the trials have freed
    long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    long heap = Math.min(Runtime.getRuntime().maxMemory(),
        used + train.heapBytes() + validation.heapBytes() + young());
    long resident = PeakMemory.resident();
    long libraries = resident == 0 ? LIBRARIES : resident - touchedHeap() - length;
    return Optional.of(new TrainingMemory(steps, parameters + length, heap, libraries));
  }

  /** The engine's memory for a step; -1 if Deeplearning4j would take it. */
  private static long step(Chosen chosen, ComputationGraph graph, TrainingPhase phase, long[] batch) {
    ComputationGraph copy = phase.frozenThrough().map(vertex -> ResNetTransfer.freezeThrough(graph, vertex))
        .orElseGet(() -> copy(graph));
    ComputationGraph trained = chosen.trained(copy);
    try {
      return trained instanceof FastComputationGraph fast ? fast.trainingMemory(batch) : -1;
    } finally {
      trained.close();
    }
  }

  /** Unlike {@code clone()}, this doesn't make the graph have gradients and an updater's state, which it would keep. */
  private static ComputationGraph copy(ComputationGraph graph) {
    ComputationGraph copy = new ComputationGraph(graph.getConfiguration().clone());
    copy.init(graph.params().dup(), false);
    return copy;
  }

  private static long[] ofSize(long[] batch, long images) {
    long[] shape = batch.clone();
    shape[0] = images;
    return shape;
  }

  /** The engine's memory for a batch's prediction, as JavaCPP counts it. */
  private static long prediction(Chosen chosen, ComputationGraph graph, long[] batch) {
    long before = Pointer.totalBytes();
    try (CompiledGraph compiled = OneDnn.compile(graph, chosen.options(), batch)) {
      return Math.max(0, Pointer.totalBytes() - before);
    }
  }

  /**
   * How many arrays as long as the parameters there are besides the parameters: one of them is what a checkpoint is
   * writing.
   *
   * @param begun whether it isn't the first phase, which leaves the graph that the run began with
   */
  private static double copies(Chosen chosen, TrainingPlan plan, TrainingPhase phase, boolean begun) {
    boolean narrow = ComputeOptions.type(chosen.options().precision()) == Precision.BFLOAT16;
    // To predict with: as the first epoch's end found them, in the kernels' layouts, those again while new ones come.
    double predicting = narrow ? 2 : 3;
    double more = 1 + predicting + (plan.average() == null ? 0 : 1) + (plan.accumulate() == 1 ? 0 : 1);
    if (phase.frozenThrough().isPresent()) {
      double frozen = narrow ? 1.5 : 2;
      return 1 + 1 + 1 + 1 + frozen + more; // itself, gradients, the best, one thawed to be saved
    }
    return (begun ? 1 : 0) + 1 + plan.updater().stateSize(1) + 1 + more; // gradients, the best
  }

  /** What was ever used of the heap, and stays with the process. */
  private static long touchedHeap() {
    return pools().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
  }

  /** The most that new objects take before the collector runs. */
  private static long young() {
    List<MemoryPoolMXBean> young = pools().stream().filter(pool -> pool.getName().matches(".*(Eden|Survivor).*"))
        .toList();
    return young.isEmpty() || young.stream().anyMatch(pool -> pool.getUsage().getMax() < 0)
        ? Runtime.getRuntime().maxMemory() / YOUNG_SHARE
        : young.stream().mapToLong(pool -> pool.getUsage().getMax()).sum();
  }

  private static List<MemoryPoolMXBean> pools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP).toList();
  }

  long total() {
    return steps + parameters + heap + libraries;
  }

  /** "about 2.1 GB, of which ...". */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "about %.2f GB at most: %.2f for the activations of a batch, %.2f for parameters,"
        + " gradients and copies, %.2f for images and other objects of Java, %.2f for libraries", total() / GB,
        steps / GB, parameters / GB, heap / GB, libraries / GB);
  }
}
