package org.resnet4j.zoo;

/** The normalisation after (v1) or before (v2) a convolution. */
public enum Norm {
  /** Batch statistics in training, running ones in inference. */
  BATCH,
  /** Running statistics, scale and shift, all constant (torchvision's FrozenBatchNorm2d). */
  FROZEN_BATCH,
  /** Group norm with 32 groups (Wu and He 2018). */
  GROUP
}
