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
  private static final Pattern MADE_UNIQUE = Pattern.compile("_\\d+$");

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
    String bare = bare(variable);
    return variable.equals(name) || bare.equals(name)
        || layer.className().equals("DepthwiseConv2D") && name.endsWith("kernel")
            && (bare.equals("kernel") || bare.equals("depthwise_kernel"));
  }

  /** Whether a variable's scope ends with the layer's name, as it is or made unique. */
  boolean isIn(String scope) {
    String end = "/" + layer.name();
    return ("/" + scope).endsWith(end) || ("/" + bare(scope)).endsWith(end);
  }

  /** A name as it was before it was made unique, perhaps. */
  static String bare(String name) {
    return MADE_UNIQUE.matcher(name).replaceFirst("");
  }

  /** By the layer's path, which is unique: a layer's own hash goes through all it has. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Slot slot && index == slot.index && layer.path().equals(slot.layer.path());
  }

  @Override
  public int hashCode() {
    return 31 * layer.path().hashCode() + index;
  }

  @Override
  public String toString() {
    return scopes + "/" + weight().name();
  }
}
