package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A dropout layer that leaves its input alone. DL4J's writes into it in training, although another layer may have
 * read the same array and need it again for its gradient.
 */
public class PureDropout extends DropoutLayer {
  private static final long serialVersionUID = 1;

  protected PureDropout() {}

  public PureDropout(IDropout dropout) {
    super(dropout);
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    return Parameters.give(new Copying(conf, dataType), listeners, index, paramsView, initializeParams);
  }

  @Override
  public PureDropout clone() {
    return (PureDropout) super.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PureDropout && super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof PureDropout;
  }

  private static final class Copying extends org.deeplearning4j.nn.layers.DropoutLayer {
    private static final long serialVersionUID = 1;

    Copying(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
      assertInputSet(false);
      INDArray output = workspaces.dup(ArrayType.ACTIVATIONS, input, 'c');
      return training ? layerConf().getIDropout()
          .applyDropout(output, output, getIterationCount(), getEpochCount(), workspaces) : output;
    }
  }
}
