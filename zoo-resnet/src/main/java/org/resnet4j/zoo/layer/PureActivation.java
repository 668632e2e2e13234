package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * An activation layer that leaves its input alone. DL4J's computes in place at inference, so that the vertex before it,
 * and whatever else reads that, then has this one's values.
 */
public class PureActivation extends ActivationLayer {
  private static final long serialVersionUID = 1;

  public PureActivation(@JsonProperty("activationFn") IActivation activation) {
    super(activation);
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    return Parameters.give(new Copying(conf, dataType), listeners, index, paramsView, initializeParams);
  }

  @Override
  public PureActivation clone() {
    return (PureActivation) super.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PureActivation && super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof PureActivation;
  }

  private static final class Copying extends org.deeplearning4j.nn.layers.ActivationLayer {
    private static final long serialVersionUID = 1;

    Copying(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
      assertInputSet(false);
      return layerConf().getActivationFn()
          .getActivation(workspaces.dup(ArrayType.ACTIVATIONS, input, 'c'), training);
    }
  }
}
