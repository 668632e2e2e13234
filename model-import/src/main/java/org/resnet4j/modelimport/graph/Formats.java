package org.resnet4j.modelimport.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.resnet4j.modelimport.model.KerasModel;
import org.resnet4j.modelimport.model.Node;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.DataFormat;

/** Where images' channels are, as far as operations tell. */
final class Formats {
  private Formats() {}

  /** The layout that an operation takes its input in; empty where it doesn't matter. */
  static Optional<DataFormat> of(Operation operation) {
    if (operation instanceof Operation.Convolution convolution) {
      return Optional.of(convolution.window().format());
    } else if (operation instanceof Operation.DepthwiseConvolution convolution) {
      return Optional.of(convolution.window().format());
    } else if (operation instanceof Operation.SeparableConvolution convolution) {
      return Optional.of(convolution.window().format());
    } else if (operation instanceof Operation.Pool pool) {
      return Optional.of(pool.format());
    } else if (operation instanceof Operation.GlobalPool pool) {
      return Optional.of(pool.format());
    } else if (operation instanceof Operation.ZeroPadding padding) {
      return Optional.of(padding.format());
    } else if (operation instanceof Operation.Cropping cropping) {
      return Optional.of(cropping.format());
    } else if (operation instanceof Operation.UpSampling upSampling) {
      return Optional.of(upSampling.format());
    } else if (operation instanceof Operation.Resize resize) {
      return Optional.of(resize.format());
    } else if (operation instanceof Operation.Subsample subsample) {
      return Optional.of(subsample.format());
    }
    return Optional.empty();
  }

  /** What the first operation behind an input or node that tells says; channels last where none does. */
  static DataFormat behind(KerasModel model, String name) {
    Map<String, List<Node>> consumers = new HashMap<>();
    for (Node node : model.nodes()) {
      node.inputs().forEach(input -> consumers.computeIfAbsent(input, key -> new java.util.ArrayList<>()).add(node));
    }
    Set<String> seen = new HashSet<>(Set.of(name));
    Deque<String> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      for (Node node : consumers.getOrDefault(open.remove(), List.of())) {
        Optional<DataFormat> format = of(node.operation());
        if (format.isPresent()) {
          return format.get();
        }
        // Behind a permutation the channels are elsewhere.
        if (!(node.operation() instanceof Operation.Permute) && seen.add(node.name())) {
          open.add(node.name());
        }
      }
    }
    return DataFormat.CHANNELS_LAST;
  }
}
