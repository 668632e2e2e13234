package org.resnet4j.zoo;

import static org.resnet4j.zoo.Block.BASIC;
import static org.resnet4j.zoo.Block.BOTTLENECK;
import static org.resnet4j.zoo.Shortcut.NONE;
import static org.resnet4j.zoo.Shortcut.PROJECTION;
import static org.resnet4j.zoo.Shortcut.PROJECTION_ALWAYS;
import static org.resnet4j.zoo.Shortcut.TRUNK_CONVOLUTION;
import static org.resnet4j.zoo.Shortcut.ZERO_PAD;
import static org.resnet4j.zoo.Version.V1;
import static org.resnet4j.zoo.Version.V1_5;
import static org.resnet4j.zoo.Version.V1_NORM_AFTER_ADD;
import static org.resnet4j.zoo.Version.V2;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * The family table, found by name. torchvision's names for its nets; suffixes for the rest ({@code _v1}, {@code _v2},
 * {@code _v2_slim}, {@code _keras}, {@code _cifar}); {@code cifar_resnet20} and its like for any legal depth.
 */
public final class ResNets {
  private static final Pattern CIFAR_NAME =
      Pattern.compile("cifar_(resnet|plain)([1-9]\\d{0,4})(_b|_c|_conv|_norm_after_add|_v2)?");
  private static final Pattern CIFAR_WIDE_NAME = Pattern.compile("cifar_wrn([1-9]\\d{0,4})_(\\d{1,3})");
  private static final Map<String, ResNetSpec> TABLE = table();

  private ResNets() {}

  private static Map<String, ResNetSpec> table() {
    Map<String, ResNetSpec> table = new LinkedHashMap<>();
    Integer[] d18 = {2, 2, 2, 2};
    Integer[] d34 = {3, 4, 6, 3};
    Integer[] d50 = d34;
    Integer[] d101 = {3, 4, 23, 3};
    Integer[] d152 = {3, 8, 36, 3};
    Integer[] d200 = {3, 24, 36, 3};

    add(table, imagenet("resnet18", BASIC, V1, Dialect.TORCHVISION, d18));
    add(table, imagenet("resnet34", BASIC, V1, Dialect.TORCHVISION, d34));
    add(table, imagenet("resnet50", BOTTLENECK, V1_5, Dialect.TORCHVISION, d50));
    add(table, imagenet("resnet101", BOTTLENECK, V1_5, Dialect.TORCHVISION, d101));
    add(table, imagenet("resnet152", BOTTLENECK, V1_5, Dialect.TORCHVISION, d152));
    add(table, imagenet("resnext50_32x4d", BOTTLENECK, V1_5, Dialect.TORCHVISION, d50).withGroups(32, 4));
    add(table, imagenet("resnext101_32x8d", BOTTLENECK, V1_5, Dialect.TORCHVISION, d101).withGroups(32, 8));
    add(table, imagenet("resnext101_64x4d", BOTTLENECK, V1_5, Dialect.TORCHVISION, d101).withGroups(64, 4));
    add(table, imagenet("wide_resnet50_2", BOTTLENECK, V1_5, Dialect.TORCHVISION, d50).withGroups(1, 128));
    add(table, imagenet("wide_resnet101_2", BOTTLENECK, V1_5, Dialect.TORCHVISION, d101).withGroups(1, 128));

    add(table, imagenet("resnet50_v1", BOTTLENECK, V1, Dialect.TORCHVISION, d50));
    add(table, imagenet("resnet101_v1", BOTTLENECK, V1, Dialect.TORCHVISION, d101));
    add(table, imagenet("resnet152_v1", BOTTLENECK, V1, Dialect.TORCHVISION, d152));
    add(table, imagenet("resnet50_keras", BOTTLENECK, V1, Dialect.KERAS, d50));
    add(table, imagenet("resnet101_keras", BOTTLENECK, V1, Dialect.KERAS, d101));
    add(table, imagenet("resnet152_keras", BOTTLENECK, V1, Dialect.KERAS, d152));

    add(table, imagenet("resnet18_v2", BASIC, V2, Dialect.HE_V2, d18));
    add(table, imagenet("resnet34_v2", BASIC, V2, Dialect.HE_V2, d34));
    add(table, imagenet("resnet50_v2", BOTTLENECK, V2, Dialect.HE_V2, d50));
    add(table, imagenet("resnet101_v2", BOTTLENECK, V2, Dialect.HE_V2, d101));
    add(table, imagenet("resnet152_v2", BOTTLENECK, V2, Dialect.HE_V2, d152));
    add(table, imagenet("resnet200_v2", BOTTLENECK, V2, Dialect.HE_V2, d200));
    add(table, imagenet("resnet50_v2_slim", BOTTLENECK, V2, Dialect.SLIM, d50));
    add(table, imagenet("resnet101_v2_slim", BOTTLENECK, V2, Dialect.SLIM, d101));
    add(table, imagenet("resnet152_v2_slim", BOTTLENECK, V2, Dialect.SLIM, d152));
    add(table, imagenet("resnet200_v2_slim", BOTTLENECK, V2, Dialect.SLIM, d200));
    add(table, imagenet("resnet50_v2_keras", BOTTLENECK, V2, Dialect.KERAS_V2, d50));
    add(table, imagenet("resnet101_v2_keras", BOTTLENECK, V2, Dialect.KERAS_V2, d101));
    add(table, imagenet("resnet152_v2_keras", BOTTLENECK, V2, Dialect.KERAS_V2, d152));
    add(table, imagenet("resnet50_v2_ref_slim", BOTTLENECK, V2, Dialect.REFERENCE_SLIM, d50));
    add(table, imagenet("resnet50_v2_ref_keras", BOTTLENECK, V2, Dialect.REFERENCE_KERAS, d50));

    add(table, withCifarStem("resnet18_cifar", BASIC, V1, d18));
    add(table, withCifarStem("resnet34_cifar", BASIC, V1, d34));
    add(table, withCifarStem("resnet50_cifar", BOTTLENECK, V1_5, d50));
    add(table, withCifarStem("resnet101_cifar", BOTTLENECK, V1_5, d101));
    add(table, withCifarStem("resnet152_cifar", BOTTLENECK, V1_5, d152));

    for (int depth : new int[] {8, 14, 20, 32, 44, 56, 110}) {
      for (String variant : new String[] {"", "_b", "_c", "_conv", "_norm_after_add"}) {
        add(table, cifar("resnet", depth, variant));
      }
      add(table, cifar("plain", depth, ""));
    }
    add(table, cifar("resnet", 1202, ""));
    for (int depth : new int[] {29, 56, 110, 164, 1001}) {
      add(table, cifar("resnet", depth, "_v2"));
    }
    add(table, cifarWide(16, 8));
    add(table, cifarWide(28, 10));
    add(table, cifarWide(40, 4));
    return Collections.unmodifiableMap(table);
  }

  private static void add(Map<String, ResNetSpec> table, ResNetSpec spec) {
    table.put(spec.name(), spec);
  }

  private static ResNetSpec imagenet(String name, Block block, Version version, Dialect dialect, Integer... depths) {
    return new ResNetSpec(name, block, version, Stem.IMAGENET, 64, 64, List.of(depths), 1, 64, PROJECTION, dialect);
  }

  /** An ImageNet net whose stem is a 3x3 convolution of 64 channels without a pool. */
  private static ResNetSpec withCifarStem(String name, Block block, Version version, Integer... depths) {
    return new ResNetSpec(name, block, version, Stem.CIFAR, 64, 64, List.of(depths), 1, 64, PROJECTION,
        Dialect.TORCHVISION);
  }

  /** He et al. 2015, section 4.2 (6n+2 layers), and He et al. 2016 (9n+2 layers, variant {@code _v2}). */
  private static ResNetSpec cifar(String kind, int depth, String variant) {
    String name = "cifar_" + kind + depth + variant;
    boolean bottleneck = variant.equals("_v2");
    int layersPerUnitOfEach = bottleneck ? 9 : 6;
    requireDepth(name, depth, layersPerUnitOfEach, 2, bottleneck ? "pre-activation CIFAR ResNet" : "CIFAR ResNet");
    int n = (depth - 2) / layersPerUnitOfEach;
    Version version = bottleneck ? V2 : variant.equals("_norm_after_add") ? V1_NORM_AFTER_ADD : V1;
    Shortcut shortcut = kind.equals("plain") ? NONE : switch (variant) {
      case "_b", "_v2" -> PROJECTION;
      case "_c" -> PROJECTION_ALWAYS;
      case "_conv" -> TRUNK_CONVOLUTION;
      default -> ZERO_PAD;
    };
    Dialect dialect = bottleneck ? Dialect.HE_V2
        : shortcut == TRUNK_CONVOLUTION ? Dialect.BIASED : Dialect.TORCHVISION;
    return new ResNetSpec(name, bottleneck ? BOTTLENECK : BASIC, version, Stem.CIFAR, 16, 16, List.of(n, n, n), 1, 64,
        shortcut, dialect);
  }

  /** Zagoruyko and Komodakis 2016: 6n+4 layers, stages k times as wide. */
  private static ResNetSpec cifarWide(int depth, int k) {
    String name = "cifar_wrn" + depth + "_" + k;
    requireDepth(name, depth, 6, 4, "CIFAR Wide ResNet");
    if (k < 1) {
      throw new UnknownModelException("\"" + name + "\": a Wide ResNet's widening factor is 1 or more.", List.of());
    }
    int n = (depth - 4) / 6;
    return new ResNetSpec(name, BASIC, V2, Stem.CIFAR, 16, 16 * k, List.of(n, n, n), 1, 64, PROJECTION, Dialect.HE_V2);
  }

  private static void requireDepth(String name, int depth, int step, int rest, String kind) {
    if (depth >= step + rest && (depth - rest) % step == 0) {
      return;
    }
    int below = Math.max(1, (depth - rest) / step);
    List<String> nearest = IntStream.rangeClosed(Math.max(1, below - 1), below + 2)
        .mapToObj(n -> name.replaceFirst("\\d+", String.valueOf(step * n + rest))).toList();
    throw new UnknownModelException("\"" + name + "\": a " + kind + " has " + step + "n+" + rest
        + " layers, so the legal depths are " + (step + rest) + ", " + (2 * step + rest) + ", " + (3 * step + rest)
        + " and so on; the nearest to " + depth + ": " + String.join(", ", nearest) + ".", nearest);
  }

  /** Every listed name; the CIFAR families exist in every other legal depth as well. */
  public static List<String> names() {
    return List.copyOf(TABLE.keySet());
  }

  /** The listed specs whose name matches a pattern in which {@code *} stands for any text, as in {@code resnext*}. */
  public static List<ResNetSpec> list(String wildcard) {
    Pattern pattern = Pattern.compile("\\Q" + wildcard.replace("\\E", "").replace("*", "\\E.*\\Q") + "\\E");
    return TABLE.values().stream().filter(spec -> pattern.matcher(spec.name()).matches()).toList();
  }

  /**
   * The spec of a name.
   *
   * @throws UnknownModelException if there is none; the message lists the nearest names or the legal depths
   */
  public static ResNetSpec spec(String name) {
    ResNetSpec listed = TABLE.get(name);
    if (listed != null) {
      return listed;
    }
    Matcher cifar = CIFAR_NAME.matcher(name);
    if (cifar.matches() && (cifar.group(1).equals("resnet") || cifar.group(3) == null)) {
      String variant = cifar.group(3) == null ? "" : cifar.group(3);
      return cifar(cifar.group(1), Integer.parseInt(cifar.group(2)), variant);
    }
    Matcher wide = CIFAR_WIDE_NAME.matcher(name);
    if (wide.matches()) {
      return cifarWide(Integer.parseInt(wide.group(1)), Integer.parseInt(wide.group(2)));
    }
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    List<String> nearest = TABLE.keySet().stream()
        .sorted(Comparator.comparingInt(other -> distance.apply(name, other))).limit(3).toList();
    throw new UnknownModelException("No model is named \"" + name + "\". Nearest: " + String.join(", ", nearest)
        + ". ResNets.names() and the command \"list\" give every name.", nearest);
  }

  /**
   * A builder of the named net: {@code ResNets.named("resnet50").numClasses(10).build().init()}.
   *
   * @throws UnknownModelException if there is none; the message lists the nearest names or the legal depths
   */
  public static ResNet.Builder named(String name) {
    return ResNet.builder().spec(spec(name));
  }
}
