package org.resnet4j.zoo;

/**
 * Where one program's ResNet differs from another's of the same architecture.
 *
 * @param biases which convolutions have one
 * @param stemActivation what follows the stem's convolution
 * @param stemPool how the stem's 3x3 max pool of stride 2 treats the border
 * @param stridedUnit which unit of a stage strides
 * @param inner what stands between a v2 unit's convolutions
 * @param normEpsilon added to the variance
 * @param normDecay the part of a running statistic that a step keeps (1 - PyTorch's momentum)
 * @param head from the last stage to the logits
 */
public record Dialect(
    Biases biases,
    StemActivation stemActivation,
    StemPool stemPool,
    StridedUnit stridedUnit,
    Inner inner,
    double normEpsilon,
    double normDecay,
    Head head) {

  /** Which convolutions have a bias. */
  public enum Biases {
    NONE,
    /** Those that no norm follows: the stem's, a unit's last and the projection of TF-slim's and Keras's v2. */
    WHERE_NO_NORM_FOLLOWS,
    ALL
  }

  /** What follows the stem's convolution. */
  public enum StemActivation { NORM_RELU, RELU, LINEAR }

  /** The border of the stem's max pool. */
  public enum StemPool {
    /** One row and column on each side that no maximum takes: PyTorch. */
    PADDED,
    /** One row and column of zeros on each side: Keras. */
    ZERO_PADDED,
    /** TensorFlow's SAME. */
    SAME,
    /** No padding: TensorFlow's VALID. */
    VALID
  }

  /** Which unit of a stage strides. */
  public enum StridedUnit {
    /** The first unit of every stage but the first. */
    FIRST,
    /** The last unit of every stage but the last; its identity shortcut is a strided 1x1 max pool. */
    LAST
  }

  /** What stands between a v2 unit's convolutions. */
  public enum Inner {
    /** Norm and ReLU, as in the paper. */
    NORM_RELU,
    /** ReLU, and no norm. */
    RELU,
    /**
     * ReLU after every convolution, the last and the projection as well; none after the unit's first norm, whose
     * output the identity shortcut takes, too; a 3x3 that strides is padded as TensorFlow's SAME.
     */
    RELU_EVERYWHERE
  }

  /** From the last stage to the logits. */
  public enum Head {
    /** Mean over height and width, then a dense layer. */
    GLOBAL_AVERAGE,
    /** 2x2 average pool of stride 2, flattened in NHWC order, then a dense layer. */
    AVERAGE_2X2_FLATTEN
  }

  /** torchvision's ResNet, and the CIFAR nets of He et al. 2015. */
  static final Dialect TORCHVISION = new Dialect(
      Biases.NONE, StemActivation.NORM_RELU, StemPool.PADDED, StridedUnit.FIRST, Inner.NORM_RELU, 1e-5, 0.9,
      Head.GLOBAL_AVERAGE);
  /** He's pre-activation net, as timm's {@code resnetv2} has it: the stem is linear. */
  static final Dialect HE_V2 = TORCHVISION.with(StemActivation.LINEAR);
  /** TF-slim's official {@code resnet_v2}. */
  static final Dialect SLIM = new Dialect(
      Biases.WHERE_NO_NORM_FOLLOWS, StemActivation.LINEAR, StemPool.SAME, StridedUnit.LAST, Inner.NORM_RELU, 1e-5,
      0.997, Head.GLOBAL_AVERAGE);
  /** keras.applications' ResNet50, 101, 152. */
  static final Dialect KERAS = new Dialect(
      Biases.ALL, StemActivation.NORM_RELU, StemPool.ZERO_PADDED, StridedUnit.FIRST, Inner.NORM_RELU, 1.001e-5, 0.99,
      Head.GLOBAL_AVERAGE);
  /** keras.applications' ResNet50V2, 101V2, 152V2. */
  static final Dialect KERAS_V2 = new Dialect(
      Biases.WHERE_NO_NORM_FOLLOWS, StemActivation.LINEAR, StemPool.ZERO_PADDED, StridedUnit.LAST, Inner.NORM_RELU,
      1.001e-5, 0.99, Head.GLOBAL_AVERAGE);
  /** The reference net R1a: slim's defaults left as they are, so a norm without scale, and biases everywhere. */
  static final Dialect REFERENCE_SLIM = new Dialect(
      Biases.ALL, StemActivation.RELU, StemPool.VALID, StridedUnit.LAST, Inner.RELU, 1e-3, 0.999,
      Head.GLOBAL_AVERAGE);
  /** The reference net R1b. */
  static final Dialect REFERENCE_KERAS = new Dialect(
      Biases.ALL, StemActivation.LINEAR, StemPool.VALID, StridedUnit.LAST, Inner.RELU_EVERYWHERE, 1e-3, 0.99,
      Head.AVERAGE_2X2_FLATTEN);
  /** The CIFAR net whose trunk is strided by biased convolutions (R2's variant). */
  static final Dialect BIASED = TORCHVISION.with(Biases.ALL);

  Dialect with(StemActivation activation) {
    return new Dialect(biases, activation, stemPool, stridedUnit, inner, normEpsilon, normDecay, head);
  }

  Dialect with(Biases which) {
    return new Dialect(which, stemActivation, stemPool, stridedUnit, inner, normEpsilon, normDecay, head);
  }

  /** slim's default norm has no scale. */
  boolean normHasScale() {
    return inner != Inner.RELU;
  }
}
