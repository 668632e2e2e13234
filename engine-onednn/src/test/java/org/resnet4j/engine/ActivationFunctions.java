package org.resnet4j.engine;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.ElementActivation;
import org.resnet4j.zoo.layer.ElementActivation.Function;

/** Every activation of DL4J's and the importer's. */
public final class ActivationFunctions {
  private ActivationFunctions() {}

  /** As they are when nothing is said, and with other settings. */
  public static List<IActivation> all() {
    List<IActivation> all = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      all.add(activation.getActivationFunction());
    }
    all.addAll(List.of(new ActivationReLU(3.0, 0.0, 0.0), new ActivationReLU(null, 0.0, 0.2),
        new ActivationReLU(null, 0.3, 0.0), new ActivationReLU(2.0, 0.5, 0.1), new ActivationLReLU(-0.5),
        new ActivationELU(0.3), new ActivationGELU(true), new ActivationThresholdedReLU(0.41),
        new AxisSoftmax(1, false), new AxisSoftmax(1, true), new AxisSoftmax(-1, true)));
    for (Function function : Function.values()) {
      all.add(switch (function) {
        case RELU -> new ElementActivation(function, 1.5, 0.25, 0.5);
        case ELU -> new ElementActivation(function, 0.8, 0, 0);
        case HARD_SIGMOID -> new ElementActivation(function, 0.3, 0.4, 0);
        default -> new ElementActivation(function);
      });
    }
    all.add(new ElementActivation(Function.RELU, Double.MAX_VALUE, 0.1, 0));
    all.add(new ElementActivation(Function.RELU, 4, 0, 0));
    return all;
  }
}
