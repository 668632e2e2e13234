package org.resnet4j.modelimport.weights;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.modelimport.file.Hdf5Dataset;
import org.resnet4j.modelimport.file.Hdf5Group;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.weights.WeightMatching.Architecture;

/**
 * Keras's legacy HDF5: attribute {@code layer_names} names the groups of the outermost model's layers, and each group's
 * attribute {@code weight_names} the tensors' paths within it.
 */
final class ByName {
  private static final String LAYERS = "layer_names";
  private static final String TENSORS = "weight_names";
  /** Variables that a subclassed model has beside its layers'; empty in all others. */
  private static final String OF_THE_MODEL = "top_level_model_weights";

  private final Hdf5Group file;
  private final Architecture architecture;
  private final MatchedWeights matched = new MatchedWeights();
  private final List<String> missing = new ArrayList<>();
  private final List<String> extra = new ArrayList<>();
  /** Paths within the file of all groups and datasets that are accounted for. */
  private final Set<String> known = new HashSet<>();
  private final Map<String, Hdf5Group> knownGroups = new LinkedHashMap<>();

  ByName(Hdf5Group file, Architecture architecture) {
    this.file = file;
    this.architecture = architecture;
  }

  /** A layer's tensors in the file, by their paths within its group. */
  private record Stored(Hdf5Group group, Map<String, Hdf5Dataset> tensors) {}

  MatchedWeights match(Layer root) {
    Map<String, Stored> stored = stored();
    Map<String, List<Slot>> expected = new LinkedHashMap<>();
    root.children().forEach(layer -> expected.put(layer.name(), Slot.of(layer)));
    expected.forEach((layer, slots) -> {
      if (!slots.isEmpty() && !stored.containsKey(layer)) {
        missing.add(layer);
      }
    });
    stored.forEach((layer, found) -> {
      if (!found.tensors.isEmpty() && expected.getOrDefault(layer, List.of()).isEmpty()) {
        extra.add(layer);
      }
    });
    refuse("a group for each layer that has weights, with the tensors that its attribute " + TENSORS + " names");
    refuseUnknown();

    for (Layer layer : root.children()) {
      List<Slot> slots = expected.get(layer.name());
      if (!slots.isEmpty()) {
        assign(layer, slots, stored.get(layer.name()));
      }
    }
    return matched;
  }

  private void assign(Layer layer, List<Slot> slots, Stored found) {
    List<String> names = List.copyOf(found.tensors.keySet());
    if (names.size() != slots.size()) {
      throw new WeightsDiffer(found.group.path(), "layer %s's %d tensors (%s)".formatted(quote(layer.name()),
          slots.size(), WeightMatching.list(slots.stream().map(Slot::toString).toList())),
          names.size() + ": " + WeightMatching.list(names));
    }
    List<Slot> assigned = new NameAssignment(layer, slots, names, found.group.path(), architecture).slots();
    for (int i = 0; i < names.size(); i++) {
      Slot slot = assigned.get(i);
      matched.add(slot.layer(), slot.index(), found.tensors.get(names.get(i)));
    }
  }

  private Map<String, Stored> stored() {
    List<String> layers = file.texts(LAYERS).orElseThrow(() ->
        new WeightsDiffer(file.path(), "the attribute " + LAYERS + ", a list of layers' names", "none"));
    knownGroups.put("", file);
    Map<String, Stored> stored = new HashMap<>();
    for (String layer : layers) {
      if (stored.containsKey(layer)) {
        throw new WeightsDiffer(file.path(), "each layer once in the attribute " + LAYERS, quote(layer) + " twice");
      }
      file.group(layer).ifPresent(group -> stored.put(layer, stored(layer, group)));
    }
    file.group(OF_THE_MODEL).ifPresent(group -> {
      know(OF_THE_MODEL);
      group.texts(TENSORS).orElse(List.of()).forEach(name -> extra.add(OF_THE_MODEL + "/" + name));
    });
    return stored;
  }

  private Stored stored(String layer, Hdf5Group group) {
    know(layer);
    Map<String, Hdf5Dataset> tensors = new LinkedHashMap<>();
    for (String name : group.texts(TENSORS).orElse(List.of())) {
      Optional<Hdf5Dataset> dataset = group.dataset(name);
      if (tensors.containsKey(name)) {
        throw new WeightsDiffer(group.path(), "each tensor once in the attribute " + TENSORS, quote(name) + " twice");
      }
      if (dataset.isPresent()) {
        know(layer + "/" + name);
        tensors.put(name, dataset.get());
      } else {
        missing.add(layer + "/" + name);
      }
    }
    return new Stored(group, tensors);
  }

  /** Notes a path and the groups that lead there. */
  private void know(String path) {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      knowGroup(path.substring(0, slash));
    }
    knowGroup(path);
  }

  private void knowGroup(String path) {
    if (known.add(path)) {
      file.group(path).ifPresent(group -> knownGroups.put(path, group));
    }
  }

  /** Refuses what neither of the two attributes names: nobody would read it. */
  private void refuseUnknown() {
    knownGroups.forEach((path, group) -> {
      for (String child : group.children()) {
        String childPath = path.isEmpty() ? child : path + "/" + child;
        if (!known.contains(childPath)) {
          extra.add(childPath);
        }
      }
    });
    refuse("only what the attributes " + LAYERS + " and " + TENSORS + " name");
  }

  private void refuse(String expected) {
    if (!missing.isEmpty() || !extra.isEmpty()) {
      throw new WeightsDiffer(file.path(), expected,
          "missing: " + WeightMatching.list(missing) + "; left over: " + WeightMatching.list(extra));
    }
  }
}
