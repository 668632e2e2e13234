package org.resnet4j.zoo;

/** The order of convolution, norm, ReLU and add in a unit, and which convolution carries the stride. */
public enum Version {
  /** Convolution, norm, ReLU; add; ReLU. A bottleneck strides in its first 1x1 (He et al. 2015). */
  V1,
  /** As V1, but a bottleneck strides in its 3x3 (torchvision; NVIDIA's name). */
  V1_5,
  /** As V1, but the last norm stands after the add: worse, built for comparison (He et al. 2016, figure 4b). */
  V1_NORM_AFTER_ADD,
  /** Norm, ReLU, convolution; add, and nothing after it; a bottleneck strides in its 3x3 (He et al. 2016). */
  V2
}
