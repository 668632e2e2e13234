package org.resnet4j.zoo.updater;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Adam as {@code torch.optim.AdamW} computes it (Loshchilov and Hutter, arXiv:1711.05101, algorithm 2):
 * {@code p -= learningRate * m' / (sqrt(v') + epsilon)}, m' and v' corrected for their bias.
 *
 * <p>The decoupled decay {@code p -= learningRate * weightDecay * p} isn't an updater's to apply: it is DL4J's
 * {@code WeightDecay} regularisation with {@code applyLR}, which acts after the updater, on weights but not on biases
 * and norms. {@link #configure} sets both. (Set on {@code NeuralNetConfiguration.Builder}, M2.1 adds it to each layer
 * twice.)
 *
 * <p>DL4J's {@code Adam} differs: its epsilon is added to the uncorrected root, and it counts steps by the net's
 * iteration, so that parameters unfrozen later start with steps several times too long. State here: m, v, and the
 * number of steps taken.
 */
public final class AdamW implements IUpdater {
  public static final double BETA1 = 0.9;
  public static final double BETA2 = 0.999;
  public static final double EPSILON = 1e-8;
  private static final long serialVersionUID = 1;

  private double learningRate;
  private ISchedule learningRateSchedule;
  private double beta1;
  private double beta2;
  private double epsilon;

  private AdamW() {}

  public AdamW(double learningRate) {
    this(learningRate, BETA1, BETA2, EPSILON);
  }

  public AdamW(double learningRate, double beta1, double beta2, double epsilon) {
    this(learningRate, null, beta1, beta2, epsilon);
  }

  public AdamW(ISchedule learningRate) {
    this(learningRate, BETA1, BETA2, EPSILON);
  }

  public AdamW(ISchedule learningRate, double beta1, double beta2, double epsilon) {
    this(Double.NaN, Objects.requireNonNull(learningRate), beta1, beta2, epsilon);
  }

  private AdamW(double learningRate, ISchedule schedule, double beta1, double beta2, double epsilon) {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon >= 0)) {
      throw new IllegalArgumentException(
          "AdamW: expected betas of at least 0 and less than 1, epsilon at least 0; found %s, %s, %s"
              .formatted(beta1, beta2, epsilon));
    }
    this.learningRate = learningRate;
    this.learningRateSchedule = schedule;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
  }

  /** Sets this updater and the decoupled decay on every layer of a graph that isn't initialised yet. */
  public void configure(ComputationGraphConfiguration graph, double weightDecay) {
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex layer && layer.getLayerConf().getLayer() instanceof BaseLayer trained) {
        configure(trained, weightDecay);
      }
    }
  }

  /** Sets this updater and the decoupled decay of one layer's weights; PyTorch's default is 0.01. */
  public void configure(BaseLayer layer, double weightDecay) {
    layer.setIUpdater(this);
    layer.setBiasUpdater(null);
    layer.setRegularization(weightDecay == 0 ? List.of() : List.of(new WeightDecay(weightDecay, true)));
    layer.setRegularizationBias(List.of());
  }

  public double beta1() {
    return beta1;
  }

  public double beta2() {
    return beta2;
  }

  public double epsilon() {
    return epsilon;
  }

  /** DL4J adds up the sizes of neighbouring parameters that one updater serves: of their counts, the first is used. */
  @Override
  public long stateSize(long parameters) {
    return 2 * parameters + 1;
  }

  @Override
  public GradientUpdater<AdamW> instantiate(INDArray view, boolean initialize) {
    AdamWUpdater updater = new AdamWUpdater(this);
    updater.setStateViewArray(view, view.shape(), view.ordering(), initialize);
    return updater;
  }

  @Override
  public GradientUpdater<AdamW> instantiate(Map<String, INDArray> state, boolean initialize) {
    AdamWUpdater updater = new AdamWUpdater(this);
    updater.setState(state, initialize);
    return updater;
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return learningRateSchedule == null ? learningRate : learningRateSchedule.valueAt(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  @Override
  public void setLrAndSchedule(double learningRate, ISchedule schedule) {
    this.learningRate = learningRate;
    this.learningRateSchedule = schedule;
  }

  @Override
  public AdamW clone() {
    return new AdamW(learningRate, learningRateSchedule == null ? null : learningRateSchedule.clone(), beta1, beta2,
        epsilon);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AdamW that && Double.compare(learningRate, that.learningRate) == 0
        && Objects.equals(learningRateSchedule, that.learningRateSchedule) && beta1 == that.beta1
        && beta2 == that.beta2 && epsilon == that.epsilon;
  }

  @Override
  public int hashCode() {
    return Objects.hash(learningRate, learningRateSchedule, beta1, beta2, epsilon);
  }

  @Override
  public String toString() {
    return "AdamW(learningRate=%s, beta1=%s, beta2=%s, epsilon=%s)".formatted(
        learningRateSchedule == null ? learningRate : learningRateSchedule, beta1, beta2, epsilon);
  }
}
