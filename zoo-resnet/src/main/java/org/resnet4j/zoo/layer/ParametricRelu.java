package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.feedforward.PReLU;
import org.deeplearning4j.nn.params.PReLUParamInitializer;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * max(0, x) + alpha * min(0, x) with a trained alpha (He et al. 2015, "Delving Deep into Rectifiers", section 2.1).
 * DL4J's computes in place at inference. Parameter: {@code W}, alpha, the input's shape with 1 at each shared axis.
 */
public class ParametricRelu extends PReLULayer {
  private static final long serialVersionUID = 1;

  protected ParametricRelu() {}

  /** @param shape alpha's, without the batch */
  public ParametricRelu(long... shape) {
    setInputShape(shape.clone());
    setWeightInitFn(new WeightInitConstant(0));
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    return Parameters.give(new Copying(conf, dataType), listeners, index, paramsView, initializeParams);
  }

  @Override
  public ParametricRelu clone() {
    return (ParametricRelu) super.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ParametricRelu && super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof ParametricRelu;
  }

  private static final class Copying extends PReLU {
    private static final long serialVersionUID = 1;

    Copying(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    /** With an axis of size 1 for the batch. */
    private INDArray alpha() {
      long[] shape = layerConf().getInputShape();
      long[] full = new long[shape.length + 1];
      full[0] = 1;
      System.arraycopy(shape, 0, full, 1, shape.length);
      return getParam(PReLUParamInitializer.WEIGHT_KEY).dup('c').reshape('c', full);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
      assertInputSet(false);
      INDArray output = Transforms.max(input, 0, true).add(Transforms.min(input, 0, true).mul(alpha()));
      return workspaces.dup(ArrayType.ACTIVATIONS, output, 'c');
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
      assertInputSet(true);
      INDArray alpha = alpha();
      INDArray view = gradientViews.get(PReLUParamInitializer.WEIGHT_KEY);
      view.assign(BroadcastMerge.sumTo(Transforms.min(input, 0, true).mul(epsilon), alpha.shape())
          .reshape('c', view.shape()));
      INDArray above = input.gt(0).castTo(dataType);
      INDArray slope = above.rsub(1).mul(alpha).addi(above);
      Gradient gradient = new DefaultGradient();
      gradient.setGradientFor(PReLUParamInitializer.WEIGHT_KEY, view);
      return new Pair<>(gradient, workspaces.dup(ArrayType.ACTIVATION_GRAD, slope.muli(epsilon), 'c'));
    }
  }
}
