package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ConvolutionUtils;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * DL4J's convolution on ND4J's own kernels: its oneDNN helper refuses most dilations, which costs an exception and a
 * logged error in each layer before it falls back to the same. Shapes and layouts are {@link ConvolutionLayer}'s.
 */
public class DilatedConvolution extends ConvolutionLayer {
  private static final long serialVersionUID = 1;

  protected DilatedConvolution() {}

  private DilatedConvolution(Builder builder) {
    super(builder);
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    LayerValidation.assertNInNOutSet("DilatedConvolution", getLayerName(), index, getNIn(), getNOut());
    return Parameters.give(new WithoutHelper(conf, dataType), listeners, index, paramsView, initializeParams);
  }

  @Override
  public DilatedConvolution clone() {
    return (DilatedConvolution) super.clone();
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof DilatedConvolution;
  }

  private static final class WithoutHelper extends org.deeplearning4j.nn.layers.convolution.ConvolutionLayer {
    private static final long serialVersionUID = 1;

    WithoutHelper(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
      helper = null;
    }

    /** In NHWC DL4J gives a view in NCHW's order, which the oneDNN helper of the layer before takes for NHWC. */
    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
      Pair<Gradient, INDArray> gradients = super.backpropGradient(epsilon, workspaces);
      return Shape.hasDefaultStridesForShape(gradients.getSecond()) ? gradients
          : new Pair<>(gradients.getFirst(), workspaces.dup(ArrayType.ACTIVATION_GRAD, gradients.getSecond(), 'c'));
    }
  }

  /** {@link ConvolutionLayer}'s builder. */
  public static class Builder extends ConvolutionLayer.Builder {
    public Builder(int kernelHeight, int kernelWidth) {
      super(kernelHeight, kernelWidth);
    }

    @Override
    @SuppressWarnings("unchecked")
    public DilatedConvolution build() {
      ConvolutionUtils.validateConvolutionModePadding(convolutionMode, padding);
      ConvolutionUtils.validateCnnKernelStridePadding(kernelSize, stride, padding);
      return new DilatedConvolution(this);
    }
  }
}
