package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Batch norm whose scale, shift and statistics never change, in training as in inference: torchvision's
 * {@code FrozenBatchNorm2d} (ops/misc.py). Unlike DL4J's {@code FrozenLayerWithBackprop}, its gradient is that of the
 * constant scale, not of batch statistics. Shapes and layouts are {@link BatchNormalization}'s.
 */
public class FrozenBatchNormalization extends BatchNormalization {
  private static final long serialVersionUID = 1L;

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    LayerValidation.assertNOutSet("FrozenBatchNormalization", getLayerName(), index, getNOut());
    return Parameters.give(new Frozen(conf, dataType), listeners, index, paramsView, initializeParams);
  }

  @Override
  public FrozenBatchNormalization clone() {
    return (FrozenBatchNormalization) super.clone();
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof FrozenBatchNormalization;
  }

  private static final class Frozen extends org.deeplearning4j.nn.layers.normalization.BatchNormalization {
    private static final long serialVersionUID = 1L;

    Frozen(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
      return super.activate(false, workspaces);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
      INDArray scale = Transforms.sqrt(getParam(BatchNormalizationParamInitializer.GLOBAL_VAR).add(layerConf().getEps()))
          .rdivi(getParam(BatchNormalizationParamInitializer.GAMMA));
      int channels = epsilon.rank() == 4 && layerConf().getCnn2DFormat() == CNN2DFormat.NHWC ? 3 : 1;
      INDArray input = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, epsilon.dataType(), epsilon.shape());
      Nd4j.getExecutioner().exec(new BroadcastMulOp(epsilon, scale, input, channels));
      Gradient gradient = new DefaultGradient();
      gradientViews.forEach((name, view) -> gradient.setGradientFor(name, view.assign(0)));
      return new Pair<>(gradient, input);
    }
  }
}
