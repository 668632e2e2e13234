package org.resnet4j.zoo.layer;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * He's normal initialisation of a convolution, standard deviation sqrt(2 / fan) (He et al. 2015, "Delving Deep into
 * Rectifiers", section 2.2). DL4J's own divides fan-out by the stride.
 */
public record HeInitialization(@JsonProperty("fan") Fan fan) implements IWeightInit {
  /** Which side of the kernel [out, in, kH, kW] is counted. */
  public enum Fan {
    /** in * kH * kW: the CIFAR paper's. */
    IN,
    /** out * kH * kW: torchvision's. */
    OUT
  }

  @Override
  public INDArray init(double fanIn, double fanOut, long[] shape, char order, INDArray paramView) {
    long kernelArea = shape[2] * shape[3];
    double count = kernelArea * (fan == Fan.IN ? shape[1] : shape[0]);
    Nd4j.randn(paramView).muli(Math.sqrt(2 / count));
    return paramView.reshape(order, shape);
  }
}
