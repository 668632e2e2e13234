package org.resnet4j.zoo;

import java.util.ArrayList;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.resnet4j.zoo.Dialect.Biases;
import org.resnet4j.zoo.Dialect.Inner;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.ChannelsLastFlatten;
import org.resnet4j.zoo.layer.DilatedConvolution;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupNormalization;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.HeInitialization;
import org.resnet4j.zoo.layer.PureDropout;
import org.resnet4j.zoo.layer.StochasticDepth;
import org.resnet4j.zoo.layer.ZeroPadShortcut;

/**
 * Turns a spec into a graph. Each step takes its input vertex's name and returns its output's; the names are public
 * API.
 */
final class ResNetGraph {
  static final int NORM_GROUPS = 32;

  private final ResNetSpec spec;
  private final Dialect dialect;
  private final ResNetOptions options;
  private final ComputationGraphConfiguration.GraphBuilder graph;
  /** Dilation that the stages so far have brought. */
  private int dilation = 1;
  /** Units whose branch has met its shortcut. */
  private int units;

  ResNetGraph(ResNetSpec spec, ResNetOptions options) {
    options.check(spec);
    this.spec = spec;
    this.dialect = spec.dialect();
    this.options = options;
    this.graph = new NeuralNetConfiguration.Builder()
        .seed(options.seed())
        .updater(options.updater())
        .weightInit(new HeInitialization(options.fan()))
        .activation(Activation.IDENTITY)
        .graphBuilder();
  }

  ComputationGraphConfiguration build() {
    graph.addInputs("input").setInputTypes(options.inputType());
    String x = stem("input");
    int channels = spec.stemChannels();
    for (int stage = 0; stage < spec.depths().size(); stage++) {
      x = stage(stage, x, channels);
      channels = spec.outputChannels(stage);
    }
    if (spec.version() == Version.V2) {
      x = relu("final_relu", norm("final_norm", x, channels, false));
    }
    ComputationGraphConfiguration configuration = graph.setOutputs(head(x)).build();
    configuration.getVertices().values().forEach(this::finish);
    return configuration;
  }

  private void finish(GraphVertex vertex) {
    if (!(vertex instanceof LayerVertex layerVertex)) {
      return;
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    if (layer instanceof BatchNormalization norm) {
      // DL4J's JSON reader takes a norm whose variables have no names yet for one that keeps logarithms.
      norm.initializer().paramKeys(norm).forEach(layerVertex.getLayerConf()::addVariable);
    } else if (layer instanceof ConvolutionLayer || layer instanceof DenseLayer) {
      // Here, since M2.1's NeuralNetConfiguration.Builder gives weight decay to each layer twice.
      ((BaseLayer) layer).setRegularization(new ArrayList<>(options.regularization()));
    }
  }

  private String stem(String input) {
    boolean imagenet = spec.stem() == Stem.IMAGENET;
    int channels = spec.stemChannels();
    boolean normed = dialect.stemActivation() == Dialect.StemActivation.NORM_RELU;
    String x = convolution("stem_conv", input, new Kernel(options.channels(), channels, imagenet ? 7 : 3)
        .stride(imagenet ? 2 : 1).normFollows(normed));
    x = switch (dialect.stemActivation()) {
      case NORM_RELU -> relu("stem_relu", norm("stem_norm", x, channels, false));
      case RELU -> relu("stem_relu", x);
      case LINEAR -> x;
    };
    return imagenet ? stemPool(x) : x;
  }

  private String stemPool(String x) {
    SubsamplingLayer.Builder pool = new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .kernelSize(3, 3).stride(2, 2).dataFormat(options.format()).convolutionMode(ConvolutionMode.Truncate);
    switch (dialect.stemPool()) {
      case PADDED -> pool.padding(1, 1);
      case ZERO_PADDED ->
          x = add("stem_pool_pad", new ZeroPaddingLayer.Builder(1, 1).dataFormat(options.format()).build(), x);
      case SAME -> pool.convolutionMode(ConvolutionMode.Same);
      case VALID -> { }
    }
    return add("stem_pool", pool.build(), x);
  }

  private String stage(int stage, String x, int channels) {
    int stride = spec.stageStride(stage);
    int firstDilation = dilation;
    if (stage > 0 && !options.dilatedStages().isEmpty() && options.dilatedStages().get(stage - 1)) {
      dilation *= stride;
      stride = 1;
    }
    if (spec.shortcut() == Shortcut.TRUNK_CONVOLUTION && stride > 1) {
      int out = spec.outputChannels(stage);
      x = convolution("stage" + (stage + 1) + "_downsample", x,
          new Kernel(channels, out, 2).stride(stride).padding(0).normFollows(false));
      channels = out;
      stride = 1;
    }
    for (int i = 0; i < spec.depths().get(stage); i++) {
      // torchvision: a dilated stage's first unit still has the stage before's dilation.
      Unit unit = new Unit(stage, ResNetSpec.unit(stage, i), channels, i == spec.stridedUnit(stage) ? stride : 1,
          i == 0 ? firstDilation : dilation);
      x = spec.version() == Version.V2 ? preActivationUnit(unit, x) : postActivationUnit(unit, x);
      channels = spec.outputChannels(stage);
    }
    return x;
  }

  /** A unit's place: its stage (0-based), vertex prefix, input channels, stride and dilation. */
  private record Unit(int stage, String prefix, int in, int stride, int dilation) {}

  private String postActivationUnit(Unit unit, String x) {
    int out = spec.outputChannels(unit.stage);
    int last = spec.block().convolutions;
    boolean normAfterAdd = spec.version() == Version.V1_NORM_AFTER_ADD;
    String branch = x;
    for (int i = 1; i <= last; i++) {
      branch = convolution(unit.prefix + "conv" + i, branch, kernel(unit, i).normFollows(true));
      if (i < last) {
        branch = relu(unit.prefix + "relu" + i, norm(unit.prefix + "norm" + i, branch, kernel(unit, i).out, false));
      }
    }
    String lastNorm = unit.prefix + "norm" + last;
    if (!normAfterAdd) {
      branch = norm(lastNorm, branch, out, options.zeroInit());
    }
    String sum = sum(unit, shortcut(unit, x, x), branch);
    return relu(unit.prefix + "relu", normAfterAdd ? norm(lastNorm, sum, out, options.zeroInit()) : sum);
  }

  private String preActivationUnit(Unit unit, String x) {
    Inner inner = dialect.inner();
    String pre = norm(unit.prefix + "preact_norm", x, unit.in, false);
    String identity = inner == Inner.RELU_EVERYWHERE ? pre : x;
    if (inner != Inner.RELU_EVERYWHERE) {
      pre = relu(unit.prefix + "preact_relu", pre);
    }
    int last = spec.block().convolutions;
    String branch = pre;
    for (int i = 1; i <= last; i++) {
      boolean normed = i < last && inner == Inner.NORM_RELU;
      Kernel kernel = kernel(unit, i).normFollows(normed).zero(i == last && options.zeroInit());
      branch = convolution(unit.prefix + "conv" + i, branch, kernel);
      if (normed) {
        branch = norm(unit.prefix + "norm" + i, branch, kernel.out, false);
      }
      if (i < last || inner == Inner.RELU_EVERYWHERE) {
        branch = relu(unit.prefix + "relu" + i, branch);
      }
    }
    return sum(unit, shortcut(unit, identity, pre), branch);
  }

  /** The i-th (1-based) convolution of a unit's branch. */
  private Kernel kernel(Unit unit, int i) {
    int middle = spec.middleChannels(unit.stage);
    int out = spec.outputChannels(unit.stage);
    if (spec.block() == Block.BASIC) {
      return new Kernel(i == 1 ? unit.in : out, out, 3).stride(i == 1 ? unit.stride : 1);
    }
    int strided = spec.version() == Version.V1 ? 1 : 2;
    int stride = i == strided ? unit.stride : 1;
    return switch (i) {
      case 1 -> new Kernel(unit.in, middle, 1).stride(stride);
      case 2 -> new Kernel(middle, middle, 3).stride(stride).dilation(unit.dilation).groups(spec.groups())
          .same(dialect.inner() == Inner.RELU_EVERYWHERE);
      default -> new Kernel(middle, out, 1);
    };
  }

  /** The shortcut's last vertex, or null in a plain net. */
  private String shortcut(Unit unit, String identity, String projected) {
    int out = spec.outputChannels(unit.stage);
    boolean sameChannels = unit.in == out;
    boolean sameShape = sameChannels && unit.stride == 1;
    String prefix = unit.prefix + "shortcut_";
    return switch (spec.shortcut()) {
      case NONE -> null;
      case ZERO_PAD -> sameShape ? identity : add(prefix + "pad",
          new ZeroPadShortcut(out, unit.stride), identity);
      case PROJECTION_ALWAYS -> projection(unit, projected);
      case PROJECTION, TRUNK_CONVOLUTION -> {
        if (sameShape) {
          yield identity;
        }
        boolean pooled = sameChannels && dialect.stridedUnit() == Dialect.StridedUnit.LAST;
        yield pooled ? add(prefix + "pool", new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
            .kernelSize(1, 1).stride(unit.stride, unit.stride).dataFormat(options.format())
            .convolutionMode(ConvolutionMode.Truncate).build(), identity) : projection(unit, projected);
      }
    };
  }

  /** 1x1 with stride; v1 adds a norm, R1b a ReLU. */
  private String projection(Unit unit, String x) {
    String prefix = unit.prefix + "shortcut_";
    int out = spec.outputChannels(unit.stage);
    boolean normed = spec.version() != Version.V2 && spec.version() != Version.V1_NORM_AFTER_ADD;
    x = convolution(prefix + "conv", x, new Kernel(unit.in, out, 1).stride(unit.stride).normFollows(normed));
    if (normed) {
      return norm(prefix + "norm", x, out, false);
    }
    return dialect.inner() == Inner.RELU_EVERYWHERE ? relu(prefix + "relu", x) : x;
  }

  private String sum(Unit unit, String shortcut, String branch) {
    if (shortcut == null) {
      return branch;
    }
    graph.addVertex(unit.prefix + "add", new ElementWiseVertex(ElementWiseVertex.Op.Add), dropped(unit, branch),
        shortcut);
    return unit.prefix + "add";
  }

  /** The branch under stochastic depth, which drops the later units' more. */
  private String dropped(Unit unit, String branch) {
    units++;
    if (options.stochasticDepth() == 0) {
      return branch;
    }
    int all = spec.depths().stream().mapToInt(Integer::intValue).sum();
    double retained = 1 - options.stochasticDepth() * units / all;
    return add(unit.prefix + "drop", new PureDropout(new StochasticDepth(retained)), branch);
  }

  private String head(String x) {
    DenseLayer.Builder logits = new DenseLayer.Builder().nOut(options.classes()).activation(Activation.IDENTITY)
        .weightInit(WeightInit.UNIFORM);
    if (dialect.head() == Dialect.Head.AVERAGE_2X2_FLATTEN) {
      x = add("pool", new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG).kernelSize(2, 2).stride(2, 2)
          .dataFormat(options.format()).convolutionMode(ConvolutionMode.Truncate).build(), x);
    } else {
      x = add("pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), x);
    }
    if (!options.head()) {
      return x;
    }
    if (options.dropout() > 0) {
      // DL4J's argument is the probability of keeping.
      x = add("dropout", new DropoutLayer.Builder(1 - options.dropout()).build(), x);
    }
    if (dialect.head() == Dialect.Head.AVERAGE_2X2_FLATTEN) {
      graph.addLayer("logits", logits.build(), new ChannelsLastFlatten(InputSize.pooled(spec, options.height()),
          InputSize.pooled(spec, options.width()), spec.outputChannels(spec.depths().size() - 1), options.format()), x);
    } else {
      graph.addLayer("logits", logits.build(), x);
    }
    LossLayer output = new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build();
    output.setNIn(options.classes());
    output.setNOut(options.classes());
    return add("output", output, "logits");
  }

  /** A convolution's shape; padding is (size - 1) / 2 unless said otherwise. */
  private record Kernel(int in, int out, int size, int stride, int padding, int dilation, int groups, boolean same,
      boolean normFollows, boolean zero) {
    Kernel(int in, int out, int size) {
      this(in, out, size, 1, (size - 1) / 2, 1, 1, false, true, false);
    }

    Kernel stride(int s) {
      return new Kernel(in, out, size, s, padding, dilation, groups, same, normFollows, zero);
    }

    Kernel padding(int p) {
      return new Kernel(in, out, size, stride, p, dilation, groups, same, normFollows, zero);
    }

    Kernel dilation(int d) {
      return new Kernel(in, out, size, stride, padding * d, d, groups, same, normFollows, zero);
    }

    Kernel groups(int g) {
      return new Kernel(in, out, size, stride, padding, dilation, g, same, normFollows, zero);
    }

    Kernel same(boolean tensorFlows) {
      return new Kernel(in, out, size, stride, padding, dilation, groups, tensorFlows, normFollows, zero);
    }

    Kernel normFollows(boolean follows) {
      return new Kernel(in, out, size, stride, padding, dilation, groups, same, follows, zero);
    }

    Kernel zero(boolean zeroWeights) {
      return new Kernel(in, out, size, stride, padding, dilation, groups, same, normFollows, zeroWeights);
    }
  }

  private String convolution(String name, String x, Kernel kernel) {
    ConvolutionLayer.Builder layer = kernel.groups > 1
        ? new GroupedConvolution.Builder(kernel.groups, kernel.size, kernel.size)
        : kernel.dilation > 1 ? new DilatedConvolution.Builder(kernel.size, kernel.size)
        : new ConvolutionLayer.Builder(kernel.size, kernel.size);
    layer.stride(kernel.stride, kernel.stride).dilation(kernel.dilation, kernel.dilation)
        .nIn(kernel.in).nOut(kernel.out).dataFormat(options.format())
        .hasBias(dialect.biases() == Biases.ALL
            || dialect.biases() == Biases.WHERE_NO_NORM_FOLLOWS && !kernel.normFollows);
    if (kernel.same) {
      layer.convolutionMode(ConvolutionMode.Same);
    } else {
      layer.convolutionMode(ConvolutionMode.Truncate).padding(kernel.padding, kernel.padding);
    }
    if (kernel.zero) {
      layer.weightInit(new WeightInitConstant(0));
    }
    return add(name, layer.build(), x);
  }

  private String norm(String name, String x, int channels, boolean zeroScale) {
    double scale = zeroScale ? 0 : 1;
    double epsilon = options.normEpsilon() != null ? options.normEpsilon() : dialect.normEpsilon();
    double decay = options.normDecay() != null ? options.normDecay() : dialect.normDecay();
    if (options.norm() == Norm.GROUP) {
      return add(name, new GroupNormalization.Builder(NORM_GROUPS).eps(epsilon).gamma(scale).nIn(channels)
          .nOut(channels).build(), x);
    }
    BatchNormalization batch = options.norm() == Norm.FROZEN_BATCH ? new FrozenBatchNormalization()
        : dialect.normHasScale() ? new BatchNormalization() : new BetaOnlyBatchNormalization(decay, epsilon);
    batch.setEps(epsilon);
    batch.setDecay(decay);
    batch.setGamma(scale);
    // The variance itself, as every other framework keeps it, not DL4J's logarithm of the deviation.
    batch.setUseLogStd(false);
    batch.setNIn(channels);
    batch.setNOut(channels);
    batch.setCnn2DFormat(options.format());
    return add(name, batch, x);
  }

  private String relu(String name, String x) {
    return add(name, new ActivationLayer.Builder().activation(Activation.RELU).build(), x);
  }

  private String add(String name, Layer layer, String x) {
    graph.addLayer(name, layer, x);
    return name;
  }
}
