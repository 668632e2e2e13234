package org.resnet4j.zoo;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.resnet4j.zoo.layer.HeInitialization;

/**
 * What a user chooses for a net of any {@link ResNetSpec}.
 *
 * @param classes outputs of the head
 * @param channels of the input
 * @param height of the input in pixels
 * @param width of the input in pixels
 * @param format layout of the input and of every activation
 * @param head whether logits and softmax follow the pool
 * @param dropout probability of dropping a pooled feature before the head
 * @param stochasticDepth probability of dropping the last unit's branch for an image; earlier units have less
 * @param dilatedStages per stage from the second: its stride becomes dilation (torchvision's
 *     {@code replace_stride_with_dilation}); empty for none
 * @param zeroInit each branch ends in a norm of scale zero (v2: a convolution of zeros), so that a unit begins as
 *     identity
 * @param fan how He initialisation counts
 * @param norm which normalisation
 * @param normEpsilon added to the variance; null for the dialect's
 * @param normDecay the part of a running statistic that a step keeps; null for the dialect's
 * @param updater the optimiser
 * @param regularization applied to convolution and dense weights, never to biases and norms
 * @param seed of the initial weights
 */
record ResNetOptions(
    int classes,
    int channels,
    int height,
    int width,
    CNN2DFormat format,
    boolean head,
    double dropout,
    double stochasticDepth,
    List<Boolean> dilatedStages,
    boolean zeroInit,
    HeInitialization.Fan fan,
    Norm norm,
    Double normEpsilon,
    Double normDecay,
    IUpdater updater,
    List<Regularization> regularization,
    long seed) {

  InputType inputType() {
    return InputType.convolutional(height, width, channels, format);
  }

  /** Refuses, with a sentence, what can't work with the spec. */
  void check(ResNetSpec spec) {
    require(spec, !head || classes >= 1, "a head needs at least one class, found " + classes + ".");
    require(spec, channels >= 1, "the input needs at least one channel, found " + channels + ".");
    require(spec, dropout >= 0 && dropout < 1, "dropout is a probability in [0, 1), found " + dropout + ".");
    require(spec, stochasticDepth >= 0 && stochasticDepth < 1,
        "stochastic depth is a probability in [0, 1), found " + stochasticDepth + ".");
    require(spec, stochasticDepth == 0 || spec.shortcut() != Shortcut.NONE,
        "stochastic depth drops branches beside shortcuts, which a plain net has not.");
    checkDilation(spec);
    checkNorm(spec);
    if (zeroInit) {
      checkZeroInit(spec);
    }
    int smallest = InputSize.smallest(spec, dilatedStages);
    require(spec, height >= smallest && width >= smallest, "it needs an input of at least " + smallest + " x "
        + smallest + " pixels, found " + height + " x " + width + " (height x width).");
  }

  private void checkDilation(ResNetSpec spec) {
    int choices = spec.depths().size() - 1;
    require(spec, dilatedStages.isEmpty() || dilatedStages.size() == choices, "one choice of dilation for each stage"
        + " from the second, so " + choices + ", found " + dilatedStages.size() + ".");
    if (dilatedStages.contains(true)) {
      require(spec, spec.block() != Block.BASIC, "a basic block has no dilation; use a bottleneck net.");
      require(spec, spec.dialect().stridedUnit() == Dialect.StridedUnit.FIRST
          && spec.shortcut() != Shortcut.TRUNK_CONVOLUTION,
          "stride can be replaced with dilation only where a stage's first unit strides.");
    }
  }

  private void checkNorm(ResNetSpec spec) {
    require(spec, normEpsilon == null || normEpsilon > 0,
        "the norm's epsilon must be positive, found " + normEpsilon + ".");
    require(spec, normDecay == null || normDecay >= 0 && normDecay <= 1,
        "the norm's decay lies in [0, 1], found " + normDecay + ".");
    require(spec, norm == Norm.BATCH || spec.dialect().normHasScale(),
        "this net's norm has no scale, which a group norm or frozen norm has.");
    if (norm == Norm.GROUP) {
      checkGroups(spec, "the stem", spec.stemChannels());
      for (int stage = 0; stage < spec.depths().size(); stage++) {
        checkGroups(spec, "stage " + (stage + 1), spec.middleChannels(stage));
        checkGroups(spec, "stage " + (stage + 1), spec.outputChannels(stage));
      }
    }
  }

  private static void checkGroups(ResNetSpec spec, String where, int normed) {
    require(spec, normed % ResNetGraph.NORM_GROUPS == 0,
        "group norm has 32 groups, which must divide the channels everywhere; " + where + " has " + normed + ".");
  }

  private void checkZeroInit(ResNetSpec spec) {
    require(spec, spec.shortcut() != Shortcut.NONE,
        "a plain net whose branches begin with zeros gives zeros for ever.");
    require(spec, spec.version() != Version.V1_NORM_AFTER_ADD,
        "a norm after the add is on the trunk; with a scale of zero it would give zeros for ever.");
    require(spec, spec.dialect().inner() != Dialect.Inner.RELU_EVERYWHERE,
        "a ReLU after a convolution of zeros has no gradient, so this net can't begin with zeros.");
    require(spec, norm != Norm.FROZEN_BATCH || spec.version() == Version.V2,
        "a frozen norm that begins at zero stays there, and its branch with it.");
  }

  private static void require(ResNetSpec spec, boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(spec.name() + ": " + otherwise);
    }
  }
}
