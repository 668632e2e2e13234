package org.resnet4j.modelimport.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.model.Weight;
import org.resnet4j.zoo.Block;
import org.resnet4j.zoo.Dialect;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Shortcut;
import org.resnet4j.zoo.Stem;

/**
 * A spec's layers with weights as Keras's program makes them: names, shapes, and {@code model.layers}' order, which is
 * by distance from the output, so that a unit's projection stands next to its last convolution.
 */
final class KerasNet {
  /** A layer in Keras and the vertex of the same weights. */
  record Part(String vertex, Layer layer) {
    Part named(String name) {
      return new Part(vertex, new Layer(name, name, layer.className(), true, layer.weights(), List.of(), false));
    }
  }

  /** Which of the two layers at a projecting unit's end comes first. */
  enum Order { PROJECTION_FIRST, PROJECTION_LAST }

  /** Canonical names of Keras's variables. */
  static final Map<String, String> TENSORS = Map.of("kernel", "weight", "bias", "bias", "gamma", "weight",
      "beta", "bias", "moving_mean", "running_mean", "moving_variance", "running_var");
  static final String TOP = "predictions";

  private static final Dialect V1 = ResNets.spec("resnet50_keras").dialect();
  private static final Dialect V2 = ResNets.spec("resnet50_v2_keras").dialect();
  private static final Dialect REFERENCE = ResNets.spec("resnet50_v2_ref_keras").dialect();
  private static final String CONVOLUTION = "Conv2D";

  private static final Map<String, String> IN_UNITS = Map.ofEntries(Map.entry("preact_bn", "preact_norm"),
      Map.entry("preact_relu", "preact_relu"), Map.entry("0_conv", "shortcut_conv"), Map.entry("0_bn", "shortcut_norm"),
      Map.entry("1_conv", "conv1"), Map.entry("1_bn", "norm1"), Map.entry("1_relu", "relu1"),
      Map.entry("2_conv", "conv2"), Map.entry("2_bn", "norm2"), Map.entry("2_relu", "relu2"),
      Map.entry("3_conv", "conv3"), Map.entry("3_bn", "norm3"), Map.entry("add", "add"));
  private static final Map<String, String> OUTSIDE_UNITS = Map.of("conv1_conv", "stem_conv", "conv1_bn", "stem_norm",
      "conv1_relu", "stem_relu", "pool1_pool", "stem_pool", "post_bn", "final_norm", "post_relu", "final_relu",
      "avg_pool", "pool", TOP, "output");

  private final ResNetSpec spec;
  private final Order order;
  private final List<Part> parts = new ArrayList<>();

  private KerasNet(ResNetSpec spec, Order order) {
    this.spec = spec;
    this.order = order;
  }

  /** @throws IllegalArgumentException if Keras has no such net */
  static void check(ResNetSpec spec) {
    boolean known = List.of(V1, V2, REFERENCE).contains(spec.dialect());
    if (!known || spec.block() != Block.BOTTLENECK || spec.stem() != Stem.IMAGENET || spec.groups() != 1
        || spec.groupWidth() != 64 || spec.shortcut() != Shortcut.PROJECTION) {
      throw new IllegalArgumentException(spec.name() + ": Keras has no such net; its weights fit "
          + ResNets.list("*_keras").stream().map(ResNetSpec::name).toList() + ".");
    }
  }

  /** Whether its program leaves the naming of the layers to Keras. */
  static boolean hasAutomaticNames(ResNetSpec spec) {
    return spec.dialect().equals(REFERENCE);
  }

  /** Its layers in order; the names are keras.applications'. */
  static List<Part> parts(ResNetSpec spec, boolean top, Order order) {
    KerasNet net = new KerasNet(spec, order);
    net.build(top);
    return net.parts;
  }

  /** keras.applications' layers and the vertices that give what they give; a name may have no vertex. */
  static Map<String, String> names(ResNetSpec spec) {
    Map<String, String> names = new LinkedHashMap<>(OUTSIDE_UNITS);
    if (hasAutomaticNames(spec)) {
      return Map.of();
    }
    boolean v1 = spec.dialect().equals(V1);
    for (int stage = 0; stage < spec.depths().size(); stage++) {
      for (int unit = 1; unit <= spec.depths().get(stage); unit++) {
        String name = "conv" + (stage + 2) + "_block" + unit + "_";
        String vertex = "stage" + (stage + 1) + "_block" + unit + "_";
        IN_UNITS.forEach((layer, part) -> names.put(name + layer, vertex + part));
        names.put(name + "out", vertex + (v1 ? "relu" : "add"));
      }
    }
    return names;
  }

  private void build(boolean top) {
    boolean v1 = spec.dialect().equals(V1);
    convolution("stem_conv", "conv1_conv", 7, Shape.UNKNOWN, spec.stemChannels(), true);
    if (v1) {
      norm("stem_norm", "conv1_bn", spec.stemChannels());
    }
    int in = spec.stemChannels();
    for (int stage = 0; stage < spec.depths().size(); stage++) {
      int middle = spec.width() << stage;
      for (int unit = 1; unit <= spec.depths().get(stage); unit++) {
        String vertex = "stage" + (stage + 1) + "_block" + unit + "_";
        String name = "conv" + (stage + 2) + "_block" + unit + "_";
        if (v1) {
          postActivationUnit(vertex, name, in, middle, unit == 1);
        } else {
          preActivationUnit(vertex, name, in, middle, unit == 1);
        }
        in = 4 * middle;
      }
    }
    if (!v1) {
      norm("final_norm", "post_bn", in);
    }
    if (top) {
      boolean flattened = spec.dialect().head() == Dialect.Head.AVERAGE_2X2_FLATTEN;
      add("logits", TOP, "Dense", weight("kernel", flattened ? Shape.UNKNOWN : in, Shape.UNKNOWN),
          weight("bias", Shape.UNKNOWN));
    }
  }

  private void postActivationUnit(String vertex, String name, int in, int middle, boolean projects) {
    branch(vertex, name, in, middle, true, true);
    if (projects) {
      convolution(vertex + "shortcut_conv", name + "0_conv", 1, in, 4 * middle, true);
    }
    convolution(vertex + "conv3", name + "3_conv", 1, middle, 4 * middle, true);
    if (projects) {
      norm(vertex + "shortcut_norm", name + "0_bn", 4 * middle);
    }
    norm(vertex + "norm3", name + "3_bn", 4 * middle);
  }

  private void preActivationUnit(String vertex, String name, int in, int middle, boolean first) {
    boolean normed = spec.dialect().equals(V2);
    norm(vertex + "preact_norm", name + "preact_bn", in);
    branch(vertex, name, in, middle, normed, !normed);
    // keras.applications projects in each stage's first unit, whatever the channels.
    boolean projects = in != 4 * middle || normed && first;
    if (projects && order == Order.PROJECTION_FIRST) {
      convolution(vertex + "shortcut_conv", name + "0_conv", 1, in, 4 * middle, true);
    }
    convolution(vertex + "conv3", name + "3_conv", 1, middle, 4 * middle, true);
    if (projects && order == Order.PROJECTION_LAST) {
      convolution(vertex + "shortcut_conv", name + "0_conv", 1, in, 4 * middle, true);
    }
  }

  private void branch(String vertex, String name, int in, int middle, boolean normed, boolean biased) {
    convolution(vertex + "conv1", name + "1_conv", 1, in, middle, biased);
    if (normed) {
      norm(vertex + "norm1", name + "1_bn", middle);
    }
    convolution(vertex + "conv2", name + "2_conv", 3, middle, middle, biased);
    if (normed) {
      norm(vertex + "norm2", name + "2_bn", middle);
    }
  }

  private void convolution(String vertex, String name, int size, int in, int out, boolean biased) {
    Weight kernel = weight("kernel", size, size, in, out);
    if (biased) {
      add(vertex, name, CONVOLUTION, kernel, weight("bias", out));
    } else {
      add(vertex, name, CONVOLUTION, kernel);
    }
  }

  private void norm(String vertex, String name, int channels) {
    add(vertex, name, "BatchNormalization", weight("gamma", channels), weight("beta", channels),
        new Weight("moving_mean", Shape.of(channels), false), new Weight("moving_variance", Shape.of(channels), false));
  }

  private static Weight weight(String name, Integer... sizes) {
    return new Weight(name, Shape.of(sizes), true);
  }

  private void add(String vertex, String name, String className, Weight... weights) {
    parts.add(new Part(vertex, new Layer(name, name, className, true, List.of(weights), List.of(), false)));
  }
}
