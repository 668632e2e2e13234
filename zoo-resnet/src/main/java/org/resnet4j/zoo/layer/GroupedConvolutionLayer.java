package org.resnet4j.zoo.layer;

import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.BIAS_KEY;
import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.WEIGHT_KEY;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ConvolutionUtils;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;

/**
 * Runs {@link GroupedConvolution} on ND4J's dense convolution ops, which use oneDNN where the backend has it.
 *
 * <p>A few neighbouring groups become one bundle: a dense convolution on a slice of the channels, its kernel zero
 * outside the groups' blocks. One call a group would starve the library's vector units; one call for all would
 * multiply mostly zeros.
 */
final class GroupedConvolutionLayer extends BaseLayer<GroupedConvolution> {
  /**
   * Channels that a bundle should have. On ResNeXt's shapes at batch 8, 16 is up to a fifth faster on a quiet machine,
   * but half as fast where other programs disturb OpenMP's threads; 64 is down to half as fast on a quiet one.
   */
  private static final int BUNDLE_CHANNELS = 32;

  private static final int[] NOT_DILATED = {1, 1};
  private static final long serialVersionUID = 1;

  GroupedConvolutionLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public Type type() {
    return Type.CONVOLUTIONAL;
  }

  @Override
  public boolean hasBias() {
    return layerConf().hasBias();
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, workspaces);
    return layerConf().getActivationFn().getActivation(preOutput(training, workspaces), training);
  }

  @Override
  protected INDArray preOutput(boolean training, LayerWorkspaceMgr workspaces) {
    checkInput();
    INDArray weights = getParamWithNoise(WEIGHT_KEY, training, workspaces);
    INDArray bias = hasBias() ? getParamWithNoise(BIAS_KEY, training, workspaces) : null;
    INDArray x = channelsFirst(input.castTo(dataType));
    int[] out = outputSize(x);
    boolean channelsLast = layerConf().getCnn2dDataFormat() == CNN2DFormat.NHWC;
    long[] shape = channelsLast
        ? new long[] {x.size(0), out[0], out[1], layerConf().getNOut()}
        : new long[] {x.size(0), layerConf().getNOut(), out[0], out[1]};
    INDArray result = workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
    INDArray y = channelsFirst(result);

    Bundles bundles = new Bundles();
    INDArray kernels = bundles.kernels(weights, ArrayType.FF_WORKING_MEM, workspaces);
    int[] arguments = arguments(x, out);
    for (int i = 0; i < bundles.count; i++) {
      INDArray[] in = bias == null
          ? new INDArray[] {bundles.inputs(x, i), bundles.kernel(kernels, i)}
          : new INDArray[] {bundles.inputs(x, i), bundles.kernel(kernels, i), bundles.biases(bias, i)};
      run("conv2d", in, arguments, bundles.outputs(y, i));
    }
    return result;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    IActivation activation = layerConf().getActivationFn();
    INDArray delta = epsilon.castTo(dataType);
    if (!(activation instanceof ActivationIdentity)) {
      delta = activation.backprop(preOutput(true, workspaces), delta).getFirst();
    }
    INDArray weights = getParamWithNoise(WEIGHT_KEY, true, workspaces);
    INDArray bias = hasBias() ? getParamWithNoise(BIAS_KEY, true, workspaces) : null;
    INDArray weightGradient = gradientViews.get(WEIGHT_KEY);
    INDArray biasGradient = gradientViews.get(BIAS_KEY);
    INDArray x = channelsFirst(input.castTo(dataType));
    INDArray dy = channelsFirst(delta);
    INDArray result = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'c');
    INDArray dx = channelsFirst(result);

    Bundles bundles = new Bundles();
    INDArray kernels = bundles.kernels(weights, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray kernelGradients = bundles.emptyKernelGradients(weightGradient, workspaces);
    int[] arguments = arguments(x, outputSize(x));
    for (int i = 0; i < bundles.count; i++) {
      INDArray inputs = bundles.inputs(x, i);
      INDArray kernel = bundles.kernel(kernels, i);
      INDArray outputGradient = bundles.outputs(dy, i);
      INDArray inputGradient = bundles.inputs(dx, i);
      INDArray kernelGradient = bundles.kernel(kernelGradients, i);
      if (bias == null) {
        run("conv2d_bp", new INDArray[] {inputs, kernel, outputGradient}, arguments, inputGradient, kernelGradient);
      } else {
        run("conv2d_bp", new INDArray[] {inputs, kernel, bundles.biases(bias, i), outputGradient}, arguments,
            inputGradient, kernelGradient, bundles.biases(biasGradient, i));
      }
    }
    bundles.read(kernelGradients, weightGradient);
    weightNoiseParams.clear();

    Gradient gradient = new DefaultGradient();
    if (bias != null) {
      gradient.setGradientFor(BIAS_KEY, biasGradient);
    }
    gradient.setGradientFor(WEIGHT_KEY, weightGradient, 'c');
    return new Pair<>(gradient, backpropDropOutIfPresent(result));
  }

  private static void run(String op, INDArray[] inputs, int[] arguments, INDArray... outputs) {
    Nd4j.exec(DynamicCustomOp.builder(op).addInputs(inputs).addOutputs(outputs).addIntegerArguments(arguments).build());
  }

  private void checkInput() {
    boolean channelsLast = layerConf().getCnn2dDataFormat() == CNN2DFormat.NHWC;
    if (input.rank() != 4 || input.size(channelsLast ? 3 : 1) != layerConf().getNIn()) {
      throw new DL4JInvalidInputException(
          "Grouped convolution %s: expected an input %s with %d channels, found shape %s".formatted(layerId(),
              channelsLast ? "[N, H, W, C]" : "[N, C, H, W]", layerConf().getNIn(), Arrays.toString(input.shape())));
    }
  }

  private INDArray channelsFirst(INDArray array) {
    return layerConf().getCnn2dDataFormat() == CNN2DFormat.NHWC ? array.permute(0, 3, 1, 2) : array;
  }

  private int[] outputSize(INDArray x) {
    GroupedConvolution conf = layerConf();
    boolean same = conf.getConvolutionMode() == ConvolutionMode.Same;
    return ConvolutionUtils.getOutputSize(x, conf.getKernelSize(), conf.getStride(), same ? null : conf.getPadding(),
        conf.getConvolutionMode(), conf.getDilation(), CNN2DFormat.NCHW);
  }

  /** The kernel's size with the zeros that dilation means: ND4J's oneDNN convolution refuses most dilations. */
  private int[] dilatedKernel() {
    int[] kernel = layerConf().getKernelSize();
    int[] dilation = layerConf().getDilation();
    return new int[] {(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1};
  }

  /** The integer arguments of ND4J's conv2d and conv2d_bp. */
  private int[] arguments(INDArray x, int[] out) {
    GroupedConvolution conf = layerConf();
    int[] kernel = dilatedKernel();
    int[] stride = conf.getStride();
    boolean same = conf.getConvolutionMode() == ConvolutionMode.Same;
    int[] padding = same
        ? ConvolutionUtils.getSameModeTopLeftPadding(out, new int[] {(int) x.size(2), (int) x.size(3)}, kernel, stride,
            NOT_DILATED)
        : conf.getPadding();
    int channelsFirst = 0;
    int kernelOutInHeightWidth = 1;
    return new int[] {kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1], 1, 1, same ? 1 : 0,
        channelsFirst, kernelOutInHeightWidth};
  }

  /** How the groups are bundled, and the slices of each array that belong to a bundle. */
  private final class Bundles {
    private final long in = layerConf().getNIn() / layerConf().getGroups();
    private final long out = layerConf().getNOut() / layerConf().getGroups();
    private final int size = bundleSize();
    private final int count = layerConf().getGroups() / size;
    private final int[] dilated = dilatedKernel();
    private final long[] shape = {layerConf().getNOut(), size * in, dilated[0], dilated[1]};
    /** Whether the kernels are the weights themselves. */
    private final boolean plain = size == 1 && Arrays.equals(dilated, layerConf().getKernelSize());

    private int bundleSize() {
      int groups = layerConf().getGroups();
      int size = (int) Math.max(1, Math.min(groups, BUNDLE_CHANNELS / Math.max(in, out)));
      while (groups % size != 0) {
        size--;
      }
      return size;
    }

    INDArray inputs(INDArray x, int bundle) {
      return x.get(all(), channels(bundle, in), all(), all());
    }

    INDArray outputs(INDArray y, int bundle) {
      return y.get(all(), channels(bundle, out), all(), all());
    }

    INDArray biases(INDArray b, int bundle) {
      return b.get(channels(bundle, out));
    }

    private INDArrayIndex channels(int bundle, long perGroup) {
      return interval(bundle * size * perGroup, (bundle + 1) * size * perGroup);
    }

    /**
     * Of all kernels, those of one bundle, [size * out, size * in, kH, kW]. Not {@code get}: of a view that begins
     * within its own length of its buffer's beginning, it takes parts beyond that length for empty.
     */
    INDArray kernel(INDArray kernels, int bundle) {
      long[] shape = kernels.shape().clone();
      shape[0] = size * out;
      long offset = kernels.offset() + bundle * shape[0] * kernels.stride(0);
      return Nd4j.create(kernels.data(), shape, kernels.stride(), offset, 'c');
    }

    /** The kernels [nOut, size * in, kH, kW] of all bundles, the weights on their blocks' diagonals. */
    INDArray kernels(INDArray weights, ArrayType scratch, LayerWorkspaceMgr workspaces) {
      if (plain) {
        return weights;
      }
      INDArray kernels = workspaces.create(scratch, dataType, shape, 'c');
      diagonal(kernels).assign(grouped(weights));
      return kernels;
    }

    INDArray emptyKernelGradients(INDArray weightGradient, LayerWorkspaceMgr workspaces) {
      return plain ? weightGradient
          : workspaces.createUninitialized(ArrayType.BP_WORKING_MEM, dataType, shape, 'c');
    }

    void read(INDArray kernelGradients, INDArray weightGradient) {
      if (!plain) {
        grouped(weightGradient).assign(diagonal(kernelGradients));
      }
    }

    private INDArray grouped(INDArray weights) {
      return weights.reshape('c', count, size, out, in, weights.size(2), weights.size(3));
    }

    /** The blocks [count, size, out, in, kH, kW] that are weights, of kernels that own their whole buffer. */
    private INDArray diagonal(INDArray kernels) {
      int[] kernel = layerConf().getKernelSize();
      int[] dilation = layerConf().getDilation();
      long[] stride = kernels.stride();
      return Nd4j.create(kernels.data(), new long[] {count, size, out, in, kernel[0], kernel[1]},
          new long[] {size * out * stride[0], out * stride[0] + in * stride[1], stride[0], stride[1],
              dilation[0] * stride[2], dilation[1] * stride[3]}, 0, 'c');
    }
  }
}
