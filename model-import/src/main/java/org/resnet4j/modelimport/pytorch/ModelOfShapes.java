package org.resnet4j.modelimport.pytorch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.resnet4j.zoo.Block;
import org.resnet4j.zoo.Dialect;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Shortcut;
import org.resnet4j.zoo.Stem;
import org.resnet4j.zoo.UnknownModelException;
import org.resnet4j.zoo.Version;

/**
 * What canonical tensors' names and shapes tell of their net. They don't tell v1 from v1.5, nor zero-padded shortcuts
 * from none: torchvision's v1.5 and option A are taken.
 */
record ModelOfShapes(Block block, boolean preActivated, Stem stem, int stemChannels, int width, List<Integer> depths,
    int groups, int groupWidth, Shortcut shortcut, boolean biased) {
  private static final Pattern UNIT = Pattern.compile("stage(\\d{1,4})_block(\\d{1,4})_conv1\\.weight");
  private static final int MOST_STAGES = 8;

  /** Nothing if a tensor that every net has is missing. */
  static Optional<ModelOfShapes> of(Map<String, long[]> shapes) {
    List<Integer> depths = depths(shapes);
    long[] stem = convolution(shapes, "stem_conv");
    long[] first = convolution(shapes, "stage1_block1_conv1");
    if (depths.isEmpty() || stem == null || first == null || stem[2] != 3 && stem[2] != 7) {
      return Optional.empty();
    }
    boolean bottleneck = shapes.containsKey("stage1_block1_conv3.weight");
    long width = first[0];
    long groups = 1;
    long groupWidth = 64;
    if (bottleneck) {
      long[] middle = convolution(shapes, "stage1_block1_conv2");
      long[] last = convolution(shapes, "stage1_block1_conv3");
      if (middle == null || last == null || middle[0] == 0 || middle[1] == 0 || last[0] < 4) {
        return Optional.empty();
      }
      width = last[0] / 4;
      groups = middle[0] / middle[1];
      groupWidth = middle[1] * 64 / width;
    }
    return Optional.of(new ModelOfShapes(bottleneck ? Block.BOTTLENECK : Block.BASIC,
        shapes.containsKey("final_norm.weight"), stem[2] == 7 ? Stem.IMAGENET : Stem.CIFAR, (int) stem[0], (int) width,
        depths, (int) groups, (int) groupWidth, shortcut(shapes, depths), shapes.containsKey("stem_conv.bias")));
  }

  /** [out, in / groups, kH, kW], or null. */
  private static long[] convolution(Map<String, long[]> shapes, String vertex) {
    long[] shape = shapes.get(vertex + ".weight");
    return shape != null && shape.length == 4 && shape[0] <= 1 << 20 && shape[1] <= 1 << 20 ? shape : null;
  }

  private static List<Integer> depths(Map<String, long[]> shapes) {
    int[] units = new int[MOST_STAGES];
    for (String name : shapes.keySet()) {
      Matcher unit = UNIT.matcher(name);
      if (unit.matches()) {
        int stage = Integer.parseInt(unit.group(1));
        if (stage < 1 || stage > MOST_STAGES) {
          return List.of();
        }
        units[stage - 1]++;
      }
    }
    List<Integer> depths = new ArrayList<>();
    for (int stage = 0; stage < MOST_STAGES && units[stage] > 0; stage++) {
      depths.add(units[stage]);
    }
    return depths;
  }

  private static Shortcut shortcut(Map<String, long[]> shapes, List<Integer> depths) {
    if (shapes.containsKey("stage2_downsample.weight")) {
      return Shortcut.TRUNK_CONVOLUTION;
    }
    long projections = shapes.keySet().stream().filter(name -> name.endsWith("_shortcut_conv.weight")).count();
    return projections == 0 ? Shortcut.ZERO_PAD
        : projections == depths.stream().mapToInt(Integer::intValue).sum()
            ? Shortcut.PROJECTION_ALWAYS : Shortcut.PROJECTION;
  }

  /** The zoo's net of these shapes. */
  Optional<ResNetSpec> model() {
    return Stream.concat(ResNets.list("*").stream(), otherCifarDepths()).filter(this::fits).findFirst();
  }

  private Stream<ResNetSpec> otherCifarDepths() {
    if (depths.size() != 3 || stem != Stem.CIFAR) {
      return Stream.empty();
    }
    int n = depths.get(0);
    return Stream.of("cifar_resnet" + (6 * n + 2), "cifar_resnet" + (6 * n + 2) + "_b",
            "cifar_resnet" + (6 * n + 2) + "_c", "cifar_resnet" + (6 * n + 2) + "_conv",
            "cifar_resnet" + (9 * n + 2) + "_v2", "cifar_wrn" + (6 * n + 4) + "_" + width / 16)
        .flatMap(name -> {
          try {
            return Stream.of(ResNets.spec(name));
          } catch (UnknownModelException none) {
            return Stream.empty();
          }
        });
  }

  private boolean fits(ResNetSpec spec) {
    Dialect dialect = spec.dialect();
    return spec.block() == block && spec.stem() == stem && spec.stemChannels() == stemChannels && spec.width() == width
        && spec.depths().equals(depths) && spec.groups() == groups && spec.groupWidth() == groupWidth
        && spec.shortcut() == shortcut
        && (spec.version() == Version.V2) == preActivated && spec.version() != Version.V1_NORM_AFTER_ADD
        && dialect.biases() == (biased ? Dialect.Biases.ALL : Dialect.Biases.NONE)
        && dialect.stemPool() == Dialect.StemPool.PADDED;
  }
}
