package org.resnet4j.zoo;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.zoo.ModelMetaData;
import org.deeplearning4j.zoo.PretrainedType;
import org.deeplearning4j.zoo.ZooModel;
import org.deeplearning4j.zoo.ZooType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.resnet4j.zoo.layer.HeInitialization;
import org.resnet4j.zoo.store.DownloadListener;
import org.resnet4j.zoo.store.WeightStore;
import org.resnet4j.zoo.updater.SgdMomentum;
import org.resnet4j.zoo.weights.SavedModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Any residual network of the family as a DL4J {@link ZooModel}.
 *
 * <pre>{@code
 * ComputationGraph net = ResNets.named("resnet50").numClasses(10).build().init();
 * }</pre>
 *
 * <p>Input [N, C, H, W] or [N, H, W, C] in float32; output [N, classes], probabilities; the vertex {@code logits}
 * holds the values before the softmax. Without a head the output is the pooled features [N, C] ({@code
 * resnet50_v2_ref_keras}: [N, C, h, w]).
 */
public final class ResNet extends ZooModel<ComputationGraph> {
  private static final Logger LOG = LoggerFactory.getLogger(ResNet.class);

  private final ResNetSpec spec;
  private ResNetOptions options;

  private ResNet(ResNetSpec spec, ResNetOptions options) {
    this.spec = spec;
    this.options = options;
  }

  /** A builder whose net is {@code resnet50} until {@link Builder#spec} says otherwise. */
  public static Builder builder() {
    return new Builder();
  }

  /** The architecture. */
  public ResNetSpec spec() {
    return spec;
  }

  ResNetOptions options() {
    return options;
  }

  /** The spec's {@link ResNetSpec#endpoints() endpoints}, without {@code logits} if there is no head. */
  public Map<String, String> endpoints() {
    Map<String, String> endpoints = spec.endpoints();
    if (!options.head()) {
      endpoints.remove("logits");
    }
    return endpoints;
  }

  /** The input's shape and layout. */
  public InputType inputType() {
    return options.inputType();
  }

  /** The graph's configuration, with input types set. */
  public ComputationGraphConfiguration configuration() {
    return new ResNetGraph(spec, options).build();
  }

  /** A graph with initial weights, ready for {@code fit}. DL4J's layer helpers are switched on for it. */
  @Override
  @SuppressWarnings("unchecked")
  public ComputationGraph init() {
    LayerHelpers.enable();
    ComputationGraph graph = new ComputationGraph(configuration());
    graph.init();
    return graph;
  }

  /**
   * Sets the input's shape.
   *
   * @param shape one row, {channels, height, width}
   * @throws IllegalArgumentException if it isn't such a row, or too small for the net
   */
  @Override
  public void setInputShape(int[][] shape) {
    if (shape.length != 1 || shape[0].length != 3) {
      throw new IllegalArgumentException(
          spec.name() + " has one input {channels, height, width}, found " + Arrays.deepToString(shape) + ".");
    }
    ResNetOptions o = options;
    ResNetOptions changed = new ResNetOptions(o.classes(), shape[0][0], shape[0][1], shape[0][2], o.format(), o.head(),
        o.dropout(), o.stochasticDepth(), o.dilatedStages(), o.zeroInit(), o.fan(), o.norm(), o.normEpsilon(),
        o.normDecay(), o.updater(), o.regularization(), o.seed());
    changed.check(spec);
    options = changed;
  }

  @Override
  @Deprecated
  public ModelMetaData metaData() {
    int[][] shape = {{options.channels(), options.height(), options.width()}};
    return new ModelMetaData(shape, options.classes(), ZooType.CNN);
  }

  @Override
  public Class<? extends Model> modelType() {
    return ComputationGraph.class;
  }

  /** Whether {@link #initPretrained} finds weights. */
  @Override
  public boolean pretrainedAvailable(PretrainedType type) {
    return ResNetWeights.best(this, type).isPresent();
  }

  /**
   * The net with the best published weights ({@link ResNetWeights} has them all, with preprocessing and class names),
   * fetched into our own cache if need be. A head of other classes is new and untrained; the log says so.
   *
   * @throws UnsupportedOperationException if none are published
   * @throws MissingArtifactException if the artifact that reads them isn't on the class path
   * @throws org.resnet4j.zoo.store.WeightStoreException if the file can't be had
   */
  @Override
  @SuppressWarnings("unchecked")
  public <M extends Model> M initPretrained(PretrainedType type) {
    ResNetWeights weights = ResNetWeights.best(this, type).orElseThrow(() -> new UnsupportedOperationException(
        "No weights of kind " + type + " are published for " + spec.name() + "; of any kind: " + ResNetWeights.of(spec)
            + "."));
    SavedModel model = weights.load(this, WeightStore.standard(), DownloadListener.logging());
    String head = model.metadata().get("head");
    if (head != null) {
      LOG.warn("{} with {}: the head is {}.", spec.name(), weights, head);
    }
    return (M) model.graph();
  }

  /** Where the weights of {@link #initPretrained} are published; null if none are. */
  @Override
  public String pretrainedUrl(PretrainedType type) {
    return ResNetWeights.best(this, type).flatMap(ResNetWeights::file).map(file -> file.address().toString())
        .orElse(null);
  }

  /** 0: DL4J's checksum is an Adler-32, which nobody publishes; {@link ResNetWeights#file} has the SHA-256 or MD5. */
  @Override
  public long pretrainedChecksum(PretrainedType type) {
    return 0;
  }

  /** The spec's name: each net has a cache folder of its own. */
  @Override
  public String modelName() {
    return spec.name();
  }

  /** The options of every net, each with a default. */
  public static final class Builder {
    private ResNetSpec spec = ResNets.spec("resnet50");
    private Shortcut shortcut;
    private Integer classes;
    private int[] shape;
    private CNN2DFormat format = CNN2DFormat.NCHW;
    private boolean head = true;
    private double dropout;
    private double stochasticDepth;
    private List<Boolean> dilatedStages = List.of();
    private boolean zeroInit;
    private HeInitialization.Fan fan = HeInitialization.Fan.OUT;
    private Norm norm = Norm.BATCH;
    private Double normEpsilon;
    private Double normDecay;
    private IUpdater updater = new SgdMomentum(0.1, 0.9);
    private List<Regularization> regularization = List.of();
    private long seed = 123;

    private Builder() {}

    /** The architecture. */
    public Builder spec(ResNetSpec architecture) {
      spec = architecture;
      return this;
    }

    /** Outputs of the head; 1000 for the ImageNet nets, 10 for the CIFAR ones. */
    public Builder numClasses(int count) {
      classes = count;
      return this;
    }

    /** The input; 3 x 224 x 224 for the ImageNet nets, 3 x 32 x 32 for the CIFAR ones. */
    public Builder inputShape(int channels, int height, int width) {
      shape = new int[] {channels, height, width};
      return this;
    }

    /** The layout of the input and of every activation; NCHW. */
    public Builder format(CNN2DFormat layout) {
      format = layout;
      return this;
    }

    /** Whether logits and softmax follow the pool; true. */
    public Builder head(boolean present) {
      head = present;
      return this;
    }

    /** The probability of dropping a pooled feature before the head in training; 0. */
    public Builder dropout(double probability) {
      dropout = probability;
      return this;
    }

    /**
     * The probability with which training drops the last unit's branch for an image; 0. Of L units the l-th has l / L
     * of it (the linear decay of arXiv:1603.09382, section 3; timm's {@code drop_path_rate} goes from 0 in the first to
     * all of it in the last). The vertex is the unit's {@code drop}, behind its branch.
     */
    public Builder stochasticDepth(double probability) {
      stochasticDepth = probability;
      return this;
    }

    /** Per stage from the second, whether its stride becomes dilation (torchvision's option of that name); none. */
    public Builder replaceStrideWithDilation(Boolean... stages) {
      dilatedStages = List.of(stages);
      return this;
    }

    /** Each branch ends in a norm of scale zero (v2: a convolution of zeros), so that units begin as identity. */
    public Builder zeroInitLastNorm(boolean zero) {
      zeroInit = zero;
      return this;
    }

    /** How He initialisation counts: fan-out as torchvision (the default), or fan-in as the CIFAR paper. */
    public Builder heInitialization(HeInitialization.Fan counted) {
      fan = counted;
      return this;
    }

    /** Batch norm (the default), frozen batch norm, or group norm with 32 groups. */
    public Builder norm(Norm kind) {
      norm = kind;
      return this;
    }

    /** Added to the variance; the dialect's, 1e-5 for most. */
    public Builder normEpsilon(double epsilon) {
      normEpsilon = epsilon;
      return this;
    }

    /** The part of a running statistic that a step keeps, 1 - PyTorch's momentum; the dialect's, 0.9 for most. */
    public Builder normDecay(double decay) {
      normDecay = decay;
      return this;
    }

    /** How a unit's input reaches its add; the spec's. */
    public Builder shortcut(Shortcut kind) {
      shortcut = kind;
      return this;
    }

    /** The optimiser; SGD with momentum 0.9 at a rate of 0.1. */
    public Builder updater(IUpdater optimiser) {
      updater = optimiser;
      return this;
    }

    /** Applied to convolution and dense weights, never to biases and norms; none. */
    public Builder regularization(Regularization... applied) {
      regularization = List.of(applied);
      return this;
    }

    /** The seed of the initial weights. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * @throws IllegalArgumentException if the options can't work with the spec; the message says why
     */
    public ResNet build() {
      ResNetSpec built = shortcut == null ? spec : spec.withShortcut(shortcut);
      boolean cifar = built.stem() == Stem.CIFAR;
      int[] input = shape != null ? shape : cifar ? new int[] {3, 32, 32} : new int[] {3, 224, 224};
      ResNetOptions options = new ResNetOptions(classes != null ? classes : cifar ? 10 : 1000, input[0], input[1],
          input[2], format, head, dropout, stochasticDepth, dilatedStages, zeroInit, fan, norm, normEpsilon, normDecay,
          updater, regularization, seed);
      options.check(built);
      return new ResNet(built, options);
    }
  }
}
