package org.resnet4j.modelimport.tensorflow;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException.ShapeDiffers;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;

/**
 * The variables of one TF-slim ResNet v2: their names and shapes in TensorFlow, and their canonical names.
 *
 * @param scope the net's name
 * @param spec the architecture
 * @param classes the number of logits, if there is a head
 * @param targets by name
 */
record SlimVariables(String scope, ResNetSpec spec, OptionalInt classes, Map<String, Target> targets) {
  static final String AVERAGE = "/ExponentialMovingAverage";

  private static final int MOST_BLOCKS = 8;
  private static final int BOTTLENECK = 4;
  /** A unit's first convolution, or its average, which every such net has. */
  private static final Pattern UNIT = Pattern.compile(
      "(.+)/block([1-9]\\d?)/unit_([1-9]\\d{0,3})/(bottleneck_v2|residual_v2)/conv1/weights(?:" + AVERAGE + ")?");
  private static final Pattern OFFICIAL_SCOPE = Pattern.compile("(?:.*/)?resnet_v2_(50|101|152|200)");

  /** What belongs to no variable: steps, powers of Adam's decays, a loss scale, the mean pixel of slim's old files. */
  private static final Pattern COUNTER = Pattern.compile("(?:.*/)?(?:global_step|local_step|beta[12]_power"
      + "|current_loss_scale|good_steps|mean_rgb)(?:_\\d+)?");
  /** What optimisers and unbiased averages keep beside a variable, under its name. */
  private static final Pattern SLOT = Pattern.compile("(.+)/(?:(?:Momentum|MomentumW|RMSProp|Adam|AdamW|Adagrad"
      + "|Adadelta|Ftrl|LARSOptimizer)(?:_\\d+)?|(?:ExponentialMovingAverage/)?(?:biased|local_step))");

  /** TF-slim's own units, and R1a's. */
  private enum Kind {
    OFFICIAL("bottleneck_v2", "preact", "resnet50_v2_slim"),
    REFERENCE("residual_v2", "preactivate", "resnet50_v2_ref_slim");

    private final String unit;
    private final String firstNorm;
    private final String model;

    Kind(String unit, String firstNorm, String model) {
      this.unit = unit;
      this.firstNorm = firstNorm;
      this.model = model;
    }
  }

  /**
   * Where a variable belongs.
   *
   * @param tensor its canonical name
   * @param shape its shape in TensorFlow: kernels [kH, kW, in, out], the logits' [1, 1, in, out]
   */
  record Target(String tensor, long[] shape) {
    private boolean isDense() {
      return tensor.equals("logits.weight");
    }

    long[] canonicalShape() {
      return shape.length == 1 ? shape.clone() : isDense() ? new long[] {shape[3], shape[2]}
          : new long[] {shape[3], shape[2], shape[0], shape[1]};
    }

    INDArray canonical(INDArray variable) {
      return shape.length == 1 ? variable : variable.permute(3, 2, 0, 1).dup('c').reshape(canonicalShape());
    }
  }

  /** Finds the net whose variables these are; whether all are there and of the right shapes is left to the caller. */
  static SlimVariables recognise(Map<String, long[]> shapes) {
    Set<String> scopes = new TreeSet<>();
    Set<Kind> kinds = new TreeSet<>();
    Map<Integer, Set<Integer>> units = new TreeMap<>();
    for (String name : shapes.keySet()) {
      Matcher numbered = UNIT.matcher(name);
      if (numbered.matches()) {
        scopes.add(numbered.group(1));
        kinds.add(numbered.group(4).equals(Kind.OFFICIAL.unit) ? Kind.OFFICIAL : Kind.REFERENCE);
        units.computeIfAbsent(Integer.valueOf(numbered.group(2)), block -> new TreeSet<>())
            .add(Integer.valueOf(numbered.group(3)));
      }
    }
    if (scopes.isEmpty()) {
      throw notSlim(shapes.keySet());
    }
    if (scopes.size() > 1 || kinds.size() > 1) {
      throw new WeightsDiffer("", "one net", "units of " + scopes.size() + " nets and " + kinds.size()
          + " kinds, such as " + quote(scopes.iterator().next()), "Save each net into a checkpoint of its own.");
    }
    String scope = scopes.iterator().next();
    Kind kind = kinds.iterator().next();
    Shapes found = new Shapes(scope + "/", shapes);
    long[] stem = found.kernel("conv1");
    String unit = "block1/unit_1/" + kind.unit;
    long[] first = found.kernel(unit + "/conv1");
    long depth = found.kernel(unit + "/conv3")[3];
    if (depth != BOTTLENECK * first[3]) {
      throw new ShapeDiffers(quote(scope + "/" + unit), "a depth of " + BOTTLENECK + " times its bottleneck's "
          + first[3], String.valueOf(depth));
    }
    ResNetSpec spec = spec(kind, depths(scope, kind, units), size(scope, stem[3]), size(scope, first[3]));
    OptionalInt classes = found.has("logits/weights") || found.has("logits/biases")
        ? OptionalInt.of(size(scope, found.kernel("logits")[3])) : OptionalInt.empty();
    return new SlimVariables(scope, spec, classes, new Listing(scope + "/", kind, spec).list(stem[2], classes));
  }

  private static WrongFormat notSlim(Set<String> names) {
    String expected =
        "a ResNet v2 of TF-slim, with variables such as resnet_v2_50/block1/unit_1/bottleneck_v2/conv1/weights";
    if (names.contains("_CHECKPOINTABLE_OBJECT_GRAPH")) {
      return new WrongFormat("", expected, "an object-based checkpoint",
          "Save it with tf.compat.v1.train.Saver, or the model with Keras as .h5 or .keras.");
    }
    return new WrongFormat("", expected, names.isEmpty() ? "no variables" : names.size() + " variables, such as "
        + quote(names.iterator().next()), "Take a checkpoint of such a net.");
  }

  /** The official names say their depths; else they are what the numbering shows. */
  private static List<Integer> depths(String scope, Kind kind, Map<Integer, Set<Integer>> units) {
    Matcher official = OFFICIAL_SCOPE.matcher(scope);
    if (kind == Kind.OFFICIAL && official.matches()) {
      return ResNets.spec("resnet" + official.group(1) + "_v2_slim").depths();
    }
    int block = 0;
    for (Map.Entry<Integer, Set<Integer>> entry : units.entrySet()) {
      block++;
      int unit = 0;
      for (int number : entry.getValue()) {
        if (entry.getKey() != block || block > MOST_BLOCKS || number != ++unit) {
          throw new WeightsDiffer(quote(scope), "at most " + MOST_BLOCKS + " blocks and their units numbered from 1",
              "block" + entry.getKey() + "/unit_" + number + " without the one before");
        }
      }
    }
    return units.values().stream().map(Set::size).toList();
  }

  private static ResNetSpec spec(Kind kind, List<Integer> depths, int stem, int width) {
    ResNetSpec model = ResNets.list(kind.model.replaceFirst("50", "*")).stream()
        .filter(listed -> listed.depths().equals(depths)).findFirst().orElse(ResNets.spec(kind.model));
    try {
      return new ResNetSpec(model.name(), model.block(), model.version(), model.stem(), stem, width, depths,
          model.groups(), model.groupWidth(), model.shortcut(), model.dialect());
    } catch (IllegalArgumentException e) {
      throw new ShapeDiffers("", "the widths of a ResNet", quote(String.valueOf(e.getMessage())));
    }
  }

  private static int size(String scope, long size) {
    if (size < 1 || size > Short.MAX_VALUE) {
      throw new ShapeDiffers(quote(scope), "from 1 to " + Short.MAX_VALUE + " channels and classes",
          String.valueOf(size));
    }
    return (int) size;
  }

  /** Whether it is a variable of the net or the average of one. */
  boolean isOwn(String name) {
    return targets.containsKey(name)
        || name.endsWith(AVERAGE) && targets.containsKey(name.substring(0, name.length() - AVERAGE.length()));
  }

  /** Whether it is nothing but state of a training run. */
  boolean isTrainingState(String name) {
    if (COUNTER.matcher(name).matches()) {
      return true;
    }
    Matcher slot = SLOT.matcher(name);
    if (!slot.matches()) {
      return false;
    }
    // An optimiser in a scope of its own puts that before the variable's name.
    int begin = slot.group(1).indexOf(scope + "/");
    return begin >= 0 && targets.containsKey(slot.group(1).substring(begin));
  }

  static boolean isStatistic(String name) {
    return name.endsWith("/moving_mean") || name.endsWith("/moving_variance");
  }

  String describe() {
    return quote(scope) + " " + spec.depths() + (classes.isPresent() ? ", " + classes.getAsInt() + " classes" : "");
  }

  /** The file's shapes, of the variables or their averages. */
  private record Shapes(String prefix, Map<String, long[]> shapes) {
    private long[] of(String variable) {
      long[] shape = shapes.get(prefix + variable);
      return shape != null ? shape : shapes.get(prefix + variable + AVERAGE);
    }

    boolean has(String variable) {
      return of(variable) != null;
    }

    long[] kernel(String layer) {
      long[] shape = of(layer + "/weights");
      if (shape == null) {
        throw new WeightsDiffer(quote(prefix + layer + "/weights"), "a kernel", "none");
      }
      if (shape.length != 4) {
        throw new ShapeDiffers(quote(prefix + layer + "/weights"), "4 dimensions", String.valueOf(shape.length));
      }
      return shape;
    }
  }

  /** Collects the targets in the net's order. */
  private static final class Listing {
    private final String prefix;
    private final Kind kind;
    private final ResNetSpec spec;
    private final Map<String, Target> targets = new LinkedHashMap<>();

    Listing(String prefix, Kind kind, ResNetSpec spec) {
      this.prefix = prefix;
      this.kind = kind;
      this.spec = spec;
    }

    Map<String, Target> list(long inputChannels, OptionalInt classes) {
      convolution("conv1", "stem_conv", 7, inputChannels, spec.stemChannels(), true);
      long channels = spec.stemChannels();
      for (int block = 1; block <= spec.depths().size(); block++) {
        for (int unit = 1; unit <= spec.depths().get(block - 1); unit++) {
          channels = unit("block" + block + "/unit_" + unit + "/" + kind.unit + "/",
              "stage" + block + "_block" + unit + "_", channels, (long) spec.width() << (block - 1));
        }
      }
      norm("postnorm", "final_norm", channels);
      if (classes.isPresent()) {
        convolution("logits", "logits", 1, channels, classes.getAsInt(), true);
      }
      return targets;
    }

    /** Its output channels. */
    private long unit(String path, String vertex, long in, long middle) {
      long out = BOTTLENECK * middle;
      norm(path + kind.firstNorm, vertex + "preact_norm", in);
      if (in != out) {
        convolution(path + "shortcut", vertex + "shortcut_conv", 1, in, out, true);
      }
      inner(path, vertex, 1, 1, in, middle);
      inner(path, vertex, 2, 3, middle, middle);
      convolution(path + "conv3", vertex + "conv3", 1, middle, out, true);
      return out;
    }

    private void inner(String path, String vertex, int number, int size, long in, long out) {
      boolean normed = kind == Kind.OFFICIAL;
      convolution(path + "conv" + number, vertex + "conv" + number, size, in, out, !normed);
      if (normed) {
        norm(path + "conv" + number + "/BatchNorm", vertex + "norm" + number, out);
      }
    }

    private void convolution(String path, String vertex, int size, long in, long out, boolean bias) {
      add(path + "/weights", vertex + ".weight", size, size, in, out);
      if (bias) {
        add(path + "/biases", vertex + ".bias", out);
      }
    }

    /** R1a's norms have no gamma. */
    private void norm(String path, String vertex, long channels) {
      if (kind == Kind.OFFICIAL) {
        add(path + "/gamma", vertex + ".weight", channels);
      }
      add(path + "/beta", vertex + ".bias", channels);
      add(path + "/moving_mean", vertex + ".running_mean", channels);
      add(path + "/moving_variance", vertex + ".running_var", channels);
    }

    private void add(String path, String tensor, long... shape) {
      targets.put(prefix + path, new Target(tensor, shape));
    }
  }
}
