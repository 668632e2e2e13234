package org.resnet4j.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.plan.Snapshot;

/**
 * A network whose parameters change, compiled for its outputs and for other vertices that were asked for of late.
 *
 * <p>While a thread changes the parameters, others compute with those of before, without waiting; the thread itself
 * computes with them as they are. Others wait for the end of a change only where nothing was compiled that holds the
 * parameters of before it.
 */
final class Variants {
  /** Sets of vertices besides the network's outputs; each holds a copy of the parameters that it needs. */
  private static final int OTHERS = 4;

  private final ComputationGraph graph;
  private final EngineOptions options;
  private final List<String> outputs;
  private final Map<List<String>, Variant> variants = new LinkedHashMap<>(OTHERS, 0.75f, true);
  /** Held by who changes the parameters, or reads them. Whoever wants the graph's monitor too takes that first. */
  private final ReentrantLock lock = new ReentrantLock(true);
  /** How often the parameters have changed, as it counts for everyone outside of a change. */
  private volatile long published;
  /** The same with the change under way; needs the lock. */
  private long current;
  /** Changes under way that don't say each time when they change something; needs the lock. */
  private int unseen;
  /** What holds parameters of the change under way; needs the lock. */
  private final List<Variant> changing = new ArrayList<>();
  /** Lines about vertices that DL4J computes, each to be logged once; needs the lock. */
  private final Set<String> told = new HashSet<>();
  private volatile boolean closed;

  Variants(ComputationGraph graph, EngineOptions options) {
    this.graph = graph;
    this.options = options;
    outputs = List.copyOf(graph.getConfiguration().getNetworkOutputs());
  }

  /** What a change is like. */
  enum Change {
    /** Over soon. */
    SHORT,
    /** Of many short ones. */
    LONG,
    /** Of many that aren't known to this. */
    UNSEEN
  }

  /** Changes the parameters. */
  <T> T change(Change kind, Supplier<T> work) {
    lock.lock();
    try {
      if (lock.getHoldCount() == 1 && kind != Change.SHORT) {
        refresh();
      }
      unseen += kind == Change.UNSEEN ? 1 : 0;
      return work.get();
    } finally {
      unseen -= kind == Change.UNSEEN ? 1 : 0;
      current++;
      release();
    }
  }

  private void release() {
    if (lock.getHoldCount() == 1) {
      changing.forEach(Variant::forgetUnderWay);
      changing.clear();
      published = current;
    }
    lock.unlock();
  }

  /** Does what the parameters mustn't change under. */
  <T> T reading(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      release();
    }
  }

  /** Does something unless another thread changes or reads the parameters. */
  void unlessChanging(Runnable work) {
    if (lock.tryLock()) {
      try {
        work.run();
      } finally {
        release();
      }
    }
  }

  /** Brings all that is compiled to the parameters as they are. */
  void refresh() {
    reading(() -> {
      all().stream().filter(Variant::compiled).forEach(Variant::bring);
      return null;
    });
  }

  private List<Variant> all() {
    synchronized (variants) {
      return new ArrayList<>(variants.values());
    }
  }

  /** The network's outputs, as they are for the calling thread. */
  INDArray[] outputs(MemoryWorkspace workspace, INDArray... inputs) {
    return output(outputs, workspace, inputs);
  }

  /** The activations of some vertices, as they are for the calling thread. */
  INDArray[] output(List<String> vertices, MemoryWorkspace workspace, INDArray... inputs) {
    while (true) {
      try {
        return variant(vertices).output(workspace, inputs);
      } catch (EngineException.Closed e) {
        if (closed) {
          throw e;
        }
        // Others were asked for so much meanwhile that this one went.
      }
    }
  }

  /** Compiles for the network's outputs; gives the lines about vertices that DL4J computes. */
  List<String> compile() {
    return reading(() -> variant(outputs).bring().interpreted());
  }

  private Variant variant(List<String> vertices) {
    Variant variant;
    Variant gone = null;
    synchronized (variants) {
      if (closed) {
        throw new EngineException.Closed();
      }
      // First, so that the outputs' own is always one of those used last.
      variants.computeIfAbsent(outputs, Variant::new);
      variant = variants.computeIfAbsent(List.copyOf(vertices), Variant::new);
      if (variants.size() > OTHERS + 1) {
        gone = variants.remove(variants.keySet().iterator().next());
      }
    }
    if (gone != null) {
      gone.close();
    }
    return variant;
  }

  void close() {
    List<Variant> all;
    synchronized (variants) {
      closed = true;
      all = all();
      variants.clear();
    }
    all.forEach(Variant::close);
  }

  private final class Variant {
    private final List<String> vertices;
    private volatile CompiledGraph compiled;
    private volatile long revision = -1;
    private boolean gone;
    /** What the thread that changes the parameters computes with meanwhile; needs the lock. */
    private Snapshot underWay;
    private long underWayRevision;

    Variant(List<String> vertices) {
      this.vertices = vertices;
    }

    boolean compiled() {
      return compiled != null;
    }

    INDArray[] output(MemoryWorkspace workspace, INDArray... inputs) {
      if (lock.isHeldByCurrentThread()) {
        current += unseen;
        if (revision == published && revision != current) {
          return compiled.output(underWay(), workspace, inputs);
        }
        bring();
      } else if (revision != published) {
        reading(this::bring);
      }
      return compiled.output(workspace, inputs);
    }

    /** With the parameters as they are; needs the lock. */
    synchronized CompiledGraph bring() {
      if (gone) {
        throw new EngineException.Closed();
      }
      if (compiled == null) {
        compiled = OneDnn.compile(graph, vertices, options);
        compiled.interpreted().stream().filter(told::add).forEach(OneDnn.LOG::warn);
      } else if (revision != current) {
        compiled.refresh();
      }
      revision = current;
      return compiled;
    }

    private Snapshot underWay() {
      if (underWay == null || underWayRevision != current) {
        forgetUnderWay();
        underWay = compiled.capture();
        changing.add(this);
        underWayRevision = current;
      }
      return underWay;
    }

    void forgetUnderWay() {
      if (underWay != null) {
        compiled.drop(underWay);
        underWay = null;
      }
    }

    synchronized void close() {
      gone = true;
      if (compiled != null) {
        compiled.close();
      }
    }
  }
}
