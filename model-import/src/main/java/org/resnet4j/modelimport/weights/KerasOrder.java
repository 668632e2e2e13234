package org.resnet4j.modelimport.weights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.weights.WeightMatching.Architecture;

/**
 * The order of a layer's or nested model's tensors in legacy HDF5: {@code trainable_weights + non_trainable_weights}.
 */
final class KerasOrder {
  private KerasOrder() {}

  /**
   * The orders in which some version of Keras writes them; the first is the likeliest.
   *
   * @param slots all of the layer's, in its order
   */
  static Set<List<Slot>> of(Layer top, List<Slot> slots, Architecture architecture) {
    Set<List<Slot>> orders = new LinkedHashSet<>();
    orders.add(keras2(top, slots));
    orders.add(keras3(top, slots));
    if (architecture == Architecture.OF_ANOTHER_FILE) {
      orders.add(split(slots, slot -> slot.weight().trainable()));
      orders.add(slots);
    }
    return orders;
  }

  /**
   * Keras 3: a model that isn't trainable has all its weights in the layers' order; in one that is, each variable
   * counts for itself.
   */
  private static List<Slot> keras3(Layer top, List<Slot> slots) {
    return top.trainable() ? split(slots, slot -> slot.layer().trainable() && slot.weight().trainable()) : slots;
  }

  /** Keras 2: nested models each have the two parts, and one that isn't trainable gives both as its second. */
  private static List<Slot> keras2(Layer top, List<Slot> slots) {
    Map<String, List<Slot>> byLayer = new HashMap<>();
    slots.forEach(slot -> byLayer.computeIfAbsent(slot.layer().path(), path -> new ArrayList<>()).add(slot));
    List<Slot> order = new ArrayList<>();
    List<Slot> rest = new ArrayList<>();
    keras2(top, byLayer, order, rest);
    order.addAll(rest);
    return order;
  }

  private static void keras2(Layer layer, Map<String, List<Slot>> byLayer, List<Slot> trainable,
                             List<Slot> rest) {
    List<Slot> own = new ArrayList<>();
    List<Slot> ownRest = new ArrayList<>();
    byLayer.getOrDefault(layer.path(), List.of())
        .forEach(slot -> (slot.weight().trainable() ? own : ownRest).add(slot));
    layer.children().forEach(child -> keras2(child, byLayer, own, ownRest));
    (layer.trainable() ? trainable : rest).addAll(own);
    rest.addAll(ownRest);
  }

  private static List<Slot> split(List<Slot> slots, Predicate<Slot> first) {
    List<Slot> order = new ArrayList<>(slots.stream().filter(first).toList());
    order.addAll(slots.stream().filter(first.negate()).toList());
    return order;
  }

  /**
   * Whether Keras writes this order for some choice of trainable layers: their trainable weights, then all others.
   *
   * @param slots the same in the layers' order
   */
  static boolean isPossible(List<Slot> order, List<Slot> slots) {
    Map<Slot, Integer> places = new HashMap<>();
    slots.forEach(slot -> places.put(slot, places.size()));
    int first = 1;
    while (first < order.size() && places.get(order.get(first)) > places.get(order.get(first - 1))) {
      first++;
    }
    Set<String> trainable = new HashSet<>();
    order.subList(0, first).forEach(slot -> trainable.add(slot.layer().path()));
    return order.equals(split(slots, slot -> slot.weight().trainable() && trainable.contains(slot.layer().path())));
  }
}
