package org.resnet4j.modelimport.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Weight;

/**
 * A place for one tensor.
 *
 * @param scopes names of the models around the layer and its own, joined by slashes
 * @param index in {@code Layer.weights()}
 */
record Slot(Layer layer, String scopes, int index) {
  /** TensorFlow 1 makes a name unique so. */
  private static final Pattern MADE_UNIQUE = Pattern.compile("_\\d+");

  /** All of a layer's or nested model's, in the order of the layers and their weights. */
  static List<Slot> of(Layer top) {
    List<Slot> slots = new ArrayList<>();
    collect(top, top.name(), slots);
    return slots;
  }

  private static void collect(Layer layer, String scopes, List<Slot> slots) {
    for (int i = 0; i < layer.weights().size(); i++) {
      slots.add(new Slot(layer, scopes, i));
    }
    layer.children().forEach(child -> collect(child, scopes + "/" + child.name(), slots));
  }

  Weight weight() {
    return layer.weights().get(index);
  }

  /** Whether a variable of this name can be the weight: Keras 2 and 3 differ in a depthwise convolution's kernel. */
  boolean isKind(String variable) {
    String name = weight().name();
    return isNamed(name, variable)
        || layer.className().equals("DepthwiseConv2D") && name.endsWith("kernel")
            && (isNamed("kernel", variable) || isNamed("depthwise_kernel", variable));
  }

  /** Whether a variable's scope ends with the layer's name, as it is or made unique. */
  boolean isIn(String scope) {
    int from = scope.lastIndexOf(layer.name());
    return from >= 0 && (from == 0 || scope.charAt(from - 1) == '/') && isNamed(layer.name(), scope.substring(from));
  }

  private static boolean isNamed(String name, String found) {
    return found.startsWith(name)
        && (found.length() == name.length() || MADE_UNIQUE.matcher(found).region(name.length(), found.length()).matches());
  }

  @Override
  public String toString() {
    return scopes + "/" + weight().name();
  }
}
