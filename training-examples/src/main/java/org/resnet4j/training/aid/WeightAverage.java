package org.resnet4j.training.aid;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * An exponential moving average of all of a net's parameters, running statistics of norms among them, taken after the
 * steps 0, n, 2n, ... of the net's iteration count: {@code average += (1 - decay) * (parameters - average)}, the first
 * time a copy. It is {@code torch.optim.swa_utils.AveragedModel} with {@code get_ema_multi_avg_fn} and {@code
 * use_buffers=True} (PyTorch 2.15), which torchvision's references train with (references/classification/utils.py).
 *
 * <p>The memory is that of one copy of the parameters. What stays the same, such as frozen parameters, has the average
 * of its value to the bit. To go on from a checkpoint, save {@link #parameters} and {@link #updates}.
 */
public final class WeightAverage extends BaseTrainingListener {
  /** Parameters that are worked on at a time, so that the passes over them stay in the processor's cache. */
  private static final long CHUNK = 1 << 17;

  private final double decay;
  private final int every;
  private final int copied;
  private INDArray average;
  private INDArray difference;
  private long updates;

  /**
   * @param decay the share of the average that an update keeps
   * @param every steps from one update to the next
   */
  public WeightAverage(double decay, int every) {
    this(decay, every, 0);
  }

  /**
   * @param decay the share of the average that an update keeps; {@link #adjusted} gives torchvision's
   * @param every steps from one update to the next
   * @param copied steps at the beginning, a warm-up say, whose weights the average takes as they are
   * @throws IllegalArgumentException if {@code decay} isn't in [0, 1], {@code every} isn't positive or {@code copied}
   *     negative
   */
  public WeightAverage(double decay, int every, int copied) {
    if (!(decay >= 0 && decay <= 1) || every < 1 || copied < 0) {
      throw new IllegalArgumentException("Weight average: expected a decay in [0, 1], 1 step or more between updates "
          + "and 0 copied steps or more; found " + decay + ", " + every + ", " + copied + ".");
    }
    this.decay = decay;
    this.every = every;
    this.copied = copied;
  }

  /**
   * torchvision's decay for a training of another length (references/classification/train.py): of 1 - decay there is
   * {@code batch * every / epochs} times as much, at most 1. With its 0.99998, batches of 1024, 32 steps from update to
   * update and 600 epochs that is 0.9989.
   *
   * @param batch images in a step
   */
  public static double adjusted(double decay, int batch, int every, int epochs) {
    return 1 - Math.min(1, (1 - decay) * batch * every / epochs);
  }

  public double decay() {
    return decay;
  }

  /** How many updates the average has had since it was last a copy, that one counted; 0 before the first. */
  public long updates() {
    return updates;
  }

  /**
   * The average itself, which later updates change: [length], in the order of the net's {@code params()}.
   *
   * @throws IllegalStateException before the first update
   */
  public INDArray parameters() {
    if (average == null) {
      throw new IllegalStateException("There is no average yet: the net has not been trained with this listener.");
    }
    return average;
  }

  /**
   * Goes on from a checkpoint.
   *
   * @param saved copied; what {@link #parameters} gave
   * @param count what {@link #updates} gave
   * @throws IllegalArgumentException if {@code count} is negative
   */
  public void restore(INDArray saved, long count) {
    if (count < 0) {
      throw new IllegalArgumentException("Weight average: expected 0 updates or more, found " + count + ".");
    }
    average = saved.dup().reshape(saved.length());
    updates = count;
  }

  /**
   * Gives the net the average, and the average the net's parameters: once before an evaluation, and once more after it
   * before training goes on. It takes no memory.
   *
   * @throws IllegalStateException before the first update
   * @throws IllegalArgumentException if the net has another number of parameters
   */
  public void swap(ComputationGraph graph) {
    INDArray parameters = flat(graph);
    INDArray mine = checked(parameters.length());
    for (long from = 0; from < mine.length(); from += CHUNK) {
      INDArray theirs = chunk(parameters, from);
      INDArray copy = theirs.dup();
      theirs.assign(chunk(mine, from));
      chunk(mine, from).assign(copy);
    }
    // Its own array: a graph that has compiled its parameters hears of the change so.
    graph.setParams(graph.params());
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    if (iteration % every == 0) {
      INDArray parameters = flat(ParameterSlice.graph(model));
      if (average == null) {
        average = parameters.dup();
      } else if (updates == 0) {
        checked(parameters.length()).assign(parameters);
      } else {
        update(parameters);
      }
      updates = iteration < copied ? 0 : updates + 1;
    }
  }

  private void update(INDArray parameters) {
    INDArray mine = checked(parameters.length());
    for (long from = 0; from < mine.length(); from += CHUNK) {
      INDArray part = chunk(mine, from);
      if (difference == null) {
        difference = Nd4j.createUninitialized(mine.dataType(), Math.min(CHUNK, mine.length()));
      }
      INDArray towards = difference.get(NDArrayIndex.interval(0, part.length()));
      chunk(parameters, from).subi(part, towards);
      part.addi(towards.muli(1 - decay));
    }
  }

  private INDArray checked(long length) {
    INDArray mine = parameters();
    if (mine.length() != length) {
      throw new IllegalArgumentException(
          "Weight average: expected a net of " + mine.length() + " parameters, found one of " + length + ".");
    }
    return mine;
  }

  private static INDArray flat(ComputationGraph graph) {
    return graph.params().reshape(graph.params().length());
  }

  private static INDArray chunk(INDArray array, long from) {
    return array.get(NDArrayIndex.interval(from, Math.min(from + CHUNK, array.length())));
  }
}
