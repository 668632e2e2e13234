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
    String name = spec.name();
    require(!head || classes >= 1, name + ": a head needs at least one class, found " + classes + ".");
    require(channels >= 1, name + ": the input needs at least one channel, found " + channels + ".");
    require(dropout >= 0 && dropout < 1, name + ": dropout is a probability in [0, 1), found " + dropout + ".");
    require(normEpsilon == null || normEpsilon > 0, name + ": the norm's epsilon must be positive, found "
        + normEpsilon + ".");
    require(normDecay == null || normDecay >= 0 && normDecay <= 1, name + ": the norm's decay lies in [0, 1], found "
        + normDecay + ".");
    require(dilatedStages.isEmpty() || dilatedStages.size() == spec.depths().size() - 1, name + ": one choice of dilation"
        + " for each stage from the second, so " + (spec.depths().size() - 1) + ", found " + dilatedStages.size() + ".");
    if (dilatedStages.contains(true)) {
      require(spec.block() != Block.BASIC, name + ": a basic block has no dilation; use a bottleneck net.");
      require(spec.dialect().stridedUnit() == Dialect.StridedUnit.FIRST && spec.shortcut() != Shortcut.TRUNK_CONVOLUTION,
          name + ": stride can be replaced with dilation only where a stage's first unit strides.");
    }
    if (zeroInit) {
      require(spec.shortcut() != Shortcut.NONE, name + ": a plain net whose branches begin with zeros gives zeros for ever.");
      require(spec.version() != Version.V1_NORM_AFTER_ADD, name + ": a norm after the add is on the trunk; with a scale of "
          + "zero it would give zeros for ever.");
      require(spec.dialect().inner() != Dialect.Inner.RELU_EVERYWHERE, name + ": a ReLU after a convolution of zeros has no "
          + "gradient, so this net can't begin with zeros.");
      require(norm != Norm.FROZEN_BATCH || spec.version() == Version.V2, name + ": a frozen norm that begins at zero stays "
          + "there, and its branch with it.");
    }
    require(norm == Norm.BATCH || spec.dialect().normHasScale(), name + ": this net's norm has no scale, which a group norm "
        + "or frozen norm has.");
    if (norm == Norm.GROUP) {
      for (int stage = 0; stage < spec.depths().size(); stage++) {
        require(spec.middleChannels(stage) % ResNetGraph.NORM_GROUPS == 0
                && spec.outputChannels(stage) % ResNetGraph.NORM_GROUPS == 0,
            name + ": group norm has 32 groups, which must divide the channels of every stage; stage " + (stage + 1)
                + " has " + spec.middleChannels(stage) + " and " + spec.outputChannels(stage) + ".");
      }
      require(spec.stemChannels() % ResNetGraph.NORM_GROUPS == 0, name + ": group norm has 32 groups, which must "
          + "divide the stem's " + spec.stemChannels() + " channels.");
    }
    int smallest = InputSize.smallest(spec, dilatedStages);
    require(height >= smallest && width >= smallest, name + " needs an input of at least " + smallest + " x "
        + smallest + " pixels, found " + height + " x " + width + " (height x width).");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
