package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.weights.TensorSource;

/**
 * The names that PyTorch's residual nets give their tensors, turned into the canonical ones of
 * {@link org.resnet4j.zoo.weights.ModelWeights}. The naming is told from the names:
 *
 * <ul>
 *   <li>torchvision's, which timm's {@code resnet*} and most CIFAR nets share ({@code layer1.0.conv1}, {@code bn1},
 *       {@code downsample.0} or {@code shortcut.0}, {@code fc} or {@code linear})
 *   <li>timm's {@code resnetv2*} ({@code stages.0.blocks.0.norm1}, {@code head.fc}, a 1x1 convolution or linear)
 *   <li>by position ({@code ResNetModule.3.ResBlockModules.0.0.0}): {@link NamesByPosition}
 *   <li>our own
 * </ul>
 *
 * <p>A prefix that all names share because the net was wrapped ({@code module.} of DataParallel) is dropped, and so are
 * {@code num_batches_tracked}, which no inference needs. Any other name that the naming doesn't have is refused.
 */
public final class PyTorchNames {
  private static final List<String> PREFIXES = List.of("module.", "_orig_mod.", "model.", "net.");
  private static final Set<String> PARTS = Set.of("weight", "bias", "running_mean", "running_var");
  /** What BN and averaged models count beside their weights. */
  private static final Set<String> COUNTERS = Set.of("num_batches_tracked", "n_averaged");

  private static final Pattern TORCHVISION = Pattern.compile("layer(\\d{1,4})\\.(\\d{1,4})\\.(.+)");
  static final Map<String, String> TORCHVISION_OUTSIDE =
      Map.of("conv1", "stem_conv", "bn1", "stem_norm", "fc", "logits", "linear", "logits");
  static final Map<String, String> TORCHVISION_INSIDE = Map.of(
      "conv1", "conv1", "conv2", "conv2", "conv3", "conv3", "bn1", "norm1", "bn2", "norm2", "bn3", "norm3",
      "downsample.0", "shortcut_conv", "downsample.1", "shortcut_norm");

  private static final Pattern TIMM_V2 = Pattern.compile("stages\\.(\\d{1,4})\\.blocks\\.(\\d{1,4})\\.(.+)");
  static final Map<String, String> TIMM_V2_OUTSIDE =
      Map.of("stem.conv", "stem_conv", "norm", "final_norm", "head.fc", "logits");
  static final Map<String, String> TIMM_V2_INSIDE = Map.of(
      "norm1", "preact_norm", "conv1", "conv1", "norm2", "norm1", "conv2", "conv2", "norm3", "norm2", "conv3", "conv3",
      "downsample.conv", "shortcut_conv");

  private static final Pattern CANONICAL = Pattern.compile(
      "(?:stem|final)_\\w+|logits|stage\\d{1,4}_(?:downsample|block\\d{1,4}_\\w+)");

  private PyTorchNames() {}

  /**
   * The same tensors under canonical names; {@code logits.weight} is [classes, features] also where the file has a 1x1
   * convolution.
   *
   * @throws WeightsDiffer if the names are none of the namings above, or one doesn't belong
   */
  public static TensorSource canonical(TensorSource file) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    file.shapes().forEach((name, shape) -> {
      if (!COUNTERS.contains(name.substring(name.lastIndexOf('.') + 1))) {
        shapes.put(name, shape);
      }
    });
    String prefix = prefix(shapes.keySet());
    Map<String, long[]> bare = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> bare.put(name.substring(prefix.length()), shape));
    Function<String, String> vertexOf = naming(file, bare);
    Map<String, String> fileNames = new LinkedHashMap<>();
    for (String name : bare.keySet()) {
      String canonical = canonical(file, name, vertexOf);
      String other = fileNames.put(canonical, prefix + name);
      if (other != null) {
        throw new WeightsDiffer("tensor " + quote(prefix + name), "one tensor for " + quote(canonical),
            "another in " + quote(other)).in(file.name());
      }
    }
    return new Renamed(file, fileNames);
  }

  /**
   * The zoo's net that these canonical tensors are of, told from names and shapes, which don't tell v1 from v1.5 nor
   * zero-padded shortcuts from none: torchvision's v1.5 and option A are taken.
   */
  public static Optional<ResNetSpec> model(TensorSource canonical) {
    return ModelOfShapes.of(canonical.shapes()).flatMap(ModelOfShapes::model);
  }

  /** The classes that canonical tensors have a head for; none without a head. */
  public static OptionalInt classes(TensorSource canonical) {
    long[] shape = canonical.shapes().get("logits.weight");
    return shape == null || shape.length != 2 || shape[0] > Integer.MAX_VALUE
        ? OptionalInt.empty() : OptionalInt.of((int) shape[0]);
  }

  /** Canonical tensors for a net that ends in its pooled features ({@code head(false)}). */
  public static TensorSource withoutHead(TensorSource canonical) {
    Map<String, String> names = new LinkedHashMap<>();
    canonical.shapes().keySet().stream().filter(name -> !name.startsWith("logits."))
        .forEach(name -> names.put(name, name));
    return new Renamed(canonical, names);
  }

  /** What wrappers put before every name. */
  private static String prefix(Set<String> names) {
    StringBuilder prefix = new StringBuilder();
    for (boolean found = !names.isEmpty(); found;) {
      found = false;
      for (String candidate : PREFIXES) {
        String longer = prefix + candidate;
        if (names.stream().allMatch(name -> name.startsWith(longer))) {
          prefix.append(candidate);
          found = true;
        }
      }
    }
    return prefix.toString();
  }

  /** From a module's name in the file to its vertex; null for a name that the naming doesn't have. */
  private static Function<String, String> naming(TensorSource file, Map<String, long[]> shapes) {
    Set<String> names = shapes.keySet();
    if (names.stream().anyMatch(name -> name.startsWith("ResNetModule."))) {
      return new NamesByPosition(file.name(), shapes)::vertex;
    }
    if (names.stream().anyMatch(name -> name.startsWith("stages."))) {
      return module -> vertex(module, TIMM_V2, 1, TIMM_V2_OUTSIDE, TIMM_V2_INSIDE);
    }
    if (names.stream().anyMatch(name -> name.startsWith("layer1."))) {
      return module -> vertex(module.replace(".shortcut.", ".downsample."), TORCHVISION, 0, TORCHVISION_OUTSIDE,
          TORCHVISION_INSIDE);
    }
    if (names.contains("stem_conv.weight")) {
      return module -> CANONICAL.matcher(module).matches() ? module : null;
    }
    throw new WeightsDiffer("", "the names of torchvision's ResNets (layer1.0.conv1.weight), timm's resnetv2"
        + " (stages.0.blocks.0.conv1.weight), ResNetModule or stem_conv.weight",
        names.stream().limit(5).map(name -> quote(name)).collect(Collectors.joining(", ", "", names.size() > 5
            ? " and " + (names.size() - 5) + " more" : ""))).in(file.name());
  }

  private static String vertex(String module, Pattern block, int firstStage, Map<String, String> outside,
      Map<String, String> inside) {
    Matcher matcher = block.matcher(module);
    if (!matcher.matches()) {
      return outside.get(module);
    }
    String part = inside.get(matcher.group(3));
    return part == null ? null : "stage" + (Integer.parseInt(matcher.group(1)) + firstStage) + "_block"
        + (Integer.parseInt(matcher.group(2)) + 1) + "_" + part;
  }

  private static String canonical(TensorSource file, String name, Function<String, String> vertexOf) {
    int dot = name.lastIndexOf('.');
    String part = name.substring(dot + 1);
    String vertex = dot < 0 || !PARTS.contains(part) ? null : vertexOf.apply(name.substring(0, dot));
    if (vertex == null) {
      throw new WeightsDiffer("tensor " + quote(name), "the name of a residual net's weight, bias or running statistic",
          "another name").in(file.name());
    }
    return vertex + "." + part;
  }

  /** The tensors of a source under other names. */
  private record Renamed(TensorSource source, Map<String, String> names) implements TensorSource {
    @Override
    public String name() {
      return source.name();
    }

    @Override
    public Map<String, long[]> shapes() {
      Map<String, long[]> shapes = source.shapes();
      Map<String, long[]> renamed = new LinkedHashMap<>();
      names.forEach((canonical, own) -> renamed.put(canonical, layout(canonical, shapes.get(own))));
      return renamed;
    }

    @Override
    public INDArray read(String tensor) {
      String own = names.get(tensor);
      if (own == null) {
        throw new WeightsDiffer("tensor " + quote(tensor), "one of " + names.size() + " tensors", "none").in(name());
      }
      INDArray values = source.read(own);
      return values.reshape(layout(tensor, values.shape()));
    }

    /** A 1x1 convolution on pooled features is a linear layer. */
    private static long[] layout(String tensor, long[] shape) {
      boolean convolution = tensor.equals("logits.weight") && shape.length == 4 && shape[2] == 1 && shape[3] == 1;
      return convolution ? new long[] {shape[0], shape[1]} : shape;
    }
  }
}
