package org.resnet4j.zoo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of the family table: everything in which one ResNet's architecture differs from another's.
 *
 * @param name the model's name, as {@link ResNets#named(String)} finds it
 * @param block what a unit's branch is made of
 * @param version the order within a unit, and where a bottleneck strides
 * @param stem the layers before the first stage
 * @param stemChannels channels that the stem gives
 * @param width channels of the first stage's 3x3 convolutions before groups; each later stage doubles it
 * @param depths units per stage
 * @param groups groups of a bottleneck's 3x3 convolution (Xie et al. 2017)
 * @param groupWidth torchvision's {@code width_per_group}: a group has width * groupWidth / 64 channels
 * @param shortcut how a unit's input reaches its add
 * @param dialect where one program's net differs from another's
 */
public record ResNetSpec(
    String name,
    Block block,
    Version version,
    Stem stem,
    int stemChannels,
    int width,
    List<Integer> depths,
    int groups,
    int groupWidth,
    Shortcut shortcut,
    Dialect dialect) {

  /**
   * @throws IllegalArgumentException if the parts can't make a net; the message says why
   */
  public ResNetSpec {
    depths = List.copyOf(depths);
    if (depths.isEmpty() || depths.stream().anyMatch(units -> units < 1)) {
      throw new IllegalArgumentException(name + ": every stage needs at least one unit, found " + depths + ".");
    }
    if (width < 1 || stemChannels < 1 || groups < 1 || groupWidth < 1) {
      throw new IllegalArgumentException(name + ": widths and groups must be positive, found width " + width
          + ", stem " + stemChannels + ", groups " + groups + ", width per group " + groupWidth + ".");
    }
    if (block == Block.BASIC && (groups != 1 || groupWidth != 64)) {
      throw new IllegalArgumentException(name + ": a basic block has neither groups nor a group width (found "
          + groups + " and " + groupWidth + "); use a bottleneck.");
    }
    if (block == Block.BOTTLENECK && width * groupWidth % 64 != 0) {
      throw new IllegalArgumentException(name + ": width " + width + " times group width " + groupWidth
          + " must be a multiple of 64, so that every group has whole channels.");
    }
    if (version == Version.V1_NORM_AFTER_ADD && shortcut == Shortcut.NONE) {
      throw new IllegalArgumentException(name + ": a plain net has no add for its norm to follow.");
    }
    if (shortcut == Shortcut.TRUNK_CONVOLUTION && dialect.stridedUnit() == Dialect.StridedUnit.LAST) {
      throw new IllegalArgumentException(name + ": a trunk convolution strides before a stage's first unit, but this net"
          + " strides in the last.");
    }
    long widest = Math.multiplyExact((long) width << Math.min(depths.size() - 1, 31), 4L * groups * groupWidth);
    if (widest > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(name + ": " + depths.size() + " stages from width " + width
          + " would have more channels than an array can hold.");
    }
    if (shortcut == Shortcut.ZERO_PAD && stemChannels > width * block.expansion) {
      throw new IllegalArgumentException(name + ": a zero-padded shortcut can't take " + stemChannels
          + " channels of the stem to the first stage's " + width * block.expansion + ".");
    }
  }

  /** Channels of a unit's inner convolutions in a stage (0-based). */
  int middleChannels(int stage) {
    return (width << stage) * groupWidth / 64 * groups;
  }

  /** Channels that a stage (0-based) gives. */
  int outputChannels(int stage) {
    return (width << stage) * block.expansion;
  }

  /** The stride of a stage's (0-based) strided unit. */
  int stageStride(int stage) {
    int unstrided = dialect.stridedUnit() == Dialect.StridedUnit.FIRST ? 0 : depths.size() - 1;
    return stage == unstrided ? 1 : 2;
  }

  /** The unit (0-based) of a stage (0-based) that carries its stride. */
  int stridedUnit(int stage) {
    return dialect.stridedUnit() == Dialect.StridedUnit.FIRST ? 0 : depths.get(stage) - 1;
  }

  /**
   * The vertices at which the net is read, in order: {@code stem}, {@code stage1} and on, {@code pool} [N, C]
   * (R1b: [N, C, h, w]), {@code logits} [N, classes], each as the name of its vertex.
   */
  public Map<String, String> endpoints() {
    Map<String, String> endpoints = new LinkedHashMap<>();
    endpoints.put("stem", stem == Stem.IMAGENET ? "stem_pool"
        : dialect.stemActivation() == Dialect.StemActivation.LINEAR ? "stem_conv" : "stem_relu");
    for (int stage = 0; stage < depths.size(); stage++) {
      endpoints.put("stage" + (stage + 1),
          unit(stage, depths.get(stage) - 1) + (version != Version.V2 ? "relu" : shortcut != Shortcut.NONE ? "add"
              : (dialect.inner() == Dialect.Inner.RELU_EVERYWHERE ? "relu" : "conv") + block.convolutions));
    }
    endpoints.put("pool", "pool");
    endpoints.put("logits", "logits");
    return endpoints;
  }

  /** The prefix of a unit's vertices, from 0-based indices: {@code stage1_block1_}. */
  static String unit(int stage, int index) {
    return "stage" + (stage + 1) + "_block" + (index + 1) + "_";
  }

  /** The same net with other units per stage. */
  public ResNetSpec withDepths(Integer... unitsPerStage) {
    return new ResNetSpec(name, block, version, stem, stemChannels, width, List.of(unitsPerStage), groups, groupWidth,
        shortcut, dialect);
  }

  /** The same net with other channels in its first stage, and from its stem in proportion. */
  public ResNetSpec withWidth(int channels) {
    int fromStem = Math.toIntExact((long) stemChannels * channels / width);
    return new ResNetSpec(name, block, version, stem, fromStem, channels, depths, groups, groupWidth, shortcut,
        dialect);
  }

  /** The same net with other groups. */
  public ResNetSpec withGroups(int count, int channelsPerGroup) {
    return new ResNetSpec(name, block, version, stem, stemChannels, width, depths, count, channelsPerGroup, shortcut,
        dialect);
  }

  /** The same net with other shortcuts. */
  public ResNetSpec withShortcut(Shortcut other) {
    return new ResNetSpec(name, block, version, stem, stemChannels, width, depths, groups, groupWidth, other, dialect);
  }
}
