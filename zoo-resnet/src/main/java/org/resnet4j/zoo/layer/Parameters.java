package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What every layer gets when a graph instantiates it. */
final class Parameters {
  private Parameters() {}

  /** The layer with its place in the graph and its parameters, views of {@code view} (null where it has none). */
  static <T extends Layer> T give(T layer, Collection<TrainingListener> listeners, int index, INDArray view,
      boolean initialize) {
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(view);
    layer.setParamTable(layer.conf().getLayer().initializer().init(layer.conf(), view, initialize));
    return layer;
  }
}
