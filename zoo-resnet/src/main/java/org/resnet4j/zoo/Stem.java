package org.resnet4j.zoo;

/** The layers before the first stage. */
public enum Stem {
  /** 7x7 convolution of stride 2, then a 3x3 max pool of stride 2. */
  IMAGENET,
  /** 3x3 convolution of stride 1, no pool. */
  CIFAR
}
