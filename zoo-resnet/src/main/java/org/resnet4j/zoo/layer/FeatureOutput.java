package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The end of a net whose output is features: it gives what it gets, and training says that a head is missing.
 *
 * <p>{@link #getNOut} is the number of features, of channels where they are images; 0 where the net takes any.
 */
public class FeatureOutput extends ShapedLoss {
  private static final long serialVersionUID = 1;

  protected FeatureOutput() {}

  /** @param format the images' layout; null where the features are vectors */
  public FeatureOutput(long features, CNN2DFormat format) {
    super(features, format);
    setLossFn(new NoLoss());
    setActivationFn(new ActivationIdentity());
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    return Parameters.give(new Ending(conf, dataType), listeners, index, paramsView, initializeParams);
  }

  private static final class Ending extends org.deeplearning4j.nn.layers.LossLayer {
    private static final long serialVersionUID = 1;

    Ending(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    /** As they are, since the loss refuses any. */
    @Override
    protected INDArray getLabels2d() {
      return labels;
    }
  }
}
