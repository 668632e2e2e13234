package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;

/**
 * A CIFAR net of 6n+2 layers in nested {@code nn.Sequential}s, whose tensors are named by position
 * ({@code ResNetModule.3.ResBlockModules.0.0.0.weight}; the trunk's 2x2 convolutions
 * {@code ResNetModule.4.poolLayer.0.weight}). Modules without parameters take numbers too, so a module is known by its
 * kind and its place among the others of its kind, not by its numbers.
 */
final class NamesByPosition {
  private static final int STAGES = 3;

  private final Map<String, String> vertices = new HashMap<>();
  private final String file;

  private enum Kind { CONVOLUTION, TRUNK, NORM, DENSE }

  /**
   * @param shapes each tensor's, by name
   * @throws WeightsDiffer if the modules aren't those of such a net
   */
  NamesByPosition(String file, Map<String, long[]> shapes) {
    this.file = file;
    Map<Kind, List<String>> modules = new HashMap<>();
    kinds(shapes).entrySet().stream().sorted(Map.Entry.comparingByKey(BY_NUMBERS))
        .forEach(module -> modules.computeIfAbsent(module.getValue(), kind -> new ArrayList<>()).add(module.getKey()));
    List<String> convolutions = modules.getOrDefault(Kind.CONVOLUTION, List.of());
    int n = (convolutions.size() - 1) / (2 * STAGES);
    require(n > 0 && convolutions.size() == 2 * STAGES * n + 1, "6n+1 convolutions besides the trunk's",
        convolutions.size());

    List<String> units = new ArrayList<>(List.of("stem_"));
    for (int stage = 1; stage <= STAGES; stage++) {
      for (int block = 1; block <= n; block++) {
        units.add("stage" + stage + "_block" + block + "_");
      }
    }
    name(convolutions, layers(units, "conv"));
    name(modules.getOrDefault(Kind.NORM, List.of()), layers(units, "norm"));
    List<String> trunk = modules.getOrDefault(Kind.TRUNK, List.of());
    name(trunk, trunk.isEmpty() ? List.of() : List.of("stage2_downsample", "stage3_downsample"));
    name(modules.getOrDefault(Kind.DENSE, List.of()), List.of("logits"));
  }

  /** A module's vertex, or null. */
  String vertex(String module) {
    return vertices.get(module);
  }

  private static List<String> layers(List<String> units, String layer) {
    return units.stream().flatMap(unit -> unit.equals("stem_") ? List.of(unit + layer).stream()
        : List.of(unit + layer + 1, unit + layer + 2).stream()).toList();
  }

  private void name(List<String> modules, List<String> names) {
    require(modules.size() == names.size(), names.size() + " modules for " + names, modules.size());
    for (int i = 0; i < names.size(); i++) {
      vertices.put(modules.get(i), names.get(i));
    }
  }

  private void require(boolean holds, String expected, int found) {
    if (!holds) {
      throw new WeightsDiffer("ResNetModule", expected, String.valueOf(found)).in(file);
    }
  }

  private Map<String, Kind> kinds(Map<String, long[]> shapes) {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> {
      if (name.endsWith(".weight")) {
        Kind kind = switch (shape.length) {
          case 1 -> Kind.NORM;
          case 2 -> Kind.DENSE;
          case 4 -> shape[2] == 2 ? Kind.TRUNK : Kind.CONVOLUTION;
          default -> throw new WeightsDiffer("tensor " + quote(name),
              "the weight of a convolution, norm or linear layer", shape.length + " dimensions").in(file);
        };
        kinds.put(name.substring(0, name.length() - ".weight".length()), kind);
      }
    });
    return kinds;
  }

  /** The order in which PyTorch numbered the modules: 10 after 9. */
  private static final Comparator<String> BY_NUMBERS = (one, other) -> {
    String[] left = one.split("\\.");
    String[] right = other.split("\\.");
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      boolean numbers = left[i].matches("\\d{1,9}") && right[i].matches("\\d{1,9}");
      int order = numbers ? Integer.compare(Integer.parseInt(left[i]), Integer.parseInt(right[i]))
          : left[i].compareTo(right[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  };
}
