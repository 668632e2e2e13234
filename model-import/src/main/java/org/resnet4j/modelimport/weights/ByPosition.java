package org.resnet4j.modelimport.weights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.modelimport.file.Hdf5Dataset;
import org.resnet4j.modelimport.file.Hdf5Group;
import org.resnet4j.modelimport.model.Layer;

/**
 * Keras's {@code saving_lib}: within a model's group, {@code layers/<class>[_n]/vars/<i>}, the class in snake case and
 * n counting the model's layers of that class, i the tensor's place among the layer's. Nested models are the same
 * again.
 */
final class ByPosition {
  private static final String CONTAINER = "layers";
  /** Where Keras 2.12 and 2.13 kept a functional model's layers, by the same rule. */
  private static final String OLD_CONTAINER = "_layer_checkpoint_dependencies";
  private static final String TENSORS = "vars";
  /** What a model's group holds beside its layers, and what isn't its weights: all belong to its training. */
  private static final Set<String> OF_TRAINING = Set.of("optimizer", "metrics", "_metrics", "compile_metrics",
      "_compile_metrics", "loss_tracker", "_loss_tracker", "_compile_loss");
  /** A layer's own random state. */
  private static final Set<String> RANDOM_STATE = Set.of("seed_generator", "generator", "_random_generator");
  /** Keras nests a few levels below what is known here; a file that goes on is taken to hold a tensor. */
  private static final int DEEPEST = 8;
  /** The same for groups that lead back to themselves. */
  private static final int MOST_UNKNOWN = 100_000;

  private final Hdf5Group file;
  private final MatchedWeights matched = new MatchedWeights();
  private final List<String> missing = new ArrayList<>();
  private final List<String> extra = new ArrayList<>();
  private final List<Runnable> found = new ArrayList<>();
  private int unknown;

  ByPosition(Hdf5Group file) {
    this.file = file;
  }

  MatchedWeights match(Layer root) {
    matchModel(root, file.path(), Optional.of(file));
    if (!missing.isEmpty() || !extra.isEmpty()) {
      throw new WeightsDiffer(file.path(), "a tensor for each of the model's, by position",
          "missing: " + WeightMatching.list(missing) + "; left over: " + WeightMatching.list(extra));
    }
    found.forEach(Runnable::run);
    return matched;
  }

  private void matchModel(Layer model, String path, Optional<Hdf5Group> group) {
    String container = group.isPresent() && group.get().group(CONTAINER).isEmpty()
        && group.get().group(OLD_CONTAINER).isPresent() ? OLD_CONTAINER : CONTAINER;
    Optional<Hdf5Group> layers = group.flatMap(g -> g.group(container));
    Map<String, Integer> used = new HashMap<>();
    Set<String> names = new HashSet<>();
    for (Layer layer : model.children()) {
      String kind = snakeCase(layer.className());
      int before = used.merge(kind, 1, Integer::sum) - 1;
      String name = before == 0 ? kind : kind + "_" + before;
      names.add(name);
      String layerPath = join(join(path, container), name);
      Optional<Hdf5Group> layerGroup = layers.flatMap(g -> g.group(name));
      if (layer.model()) {
        matchModel(layer, layerPath, layerGroup);
      } else {
        matchLayer(layer, layerPath, layerGroup);
      }
    }
    layers.ifPresent(g -> refuseTensors(g, names));
    Set<String> known = new HashSet<>(OF_TRAINING);
    known.add(container);
    group.ifPresent(g -> refuseTensors(g, known));
  }

  private void matchLayer(Layer layer, String path, Optional<Hdf5Group> group) {
    Optional<Hdf5Group> tensors = group.flatMap(g -> g.group(TENSORS));
    Set<String> names = new HashSet<>();
    for (int i = 0; i < layer.weights().size(); i++) {
      String name = String.valueOf(i);
      names.add(name);
      int index = i;
      Optional<Hdf5Dataset> dataset = tensors.flatMap(g -> g.dataset(name));
      dataset.ifPresent(d -> found.add(() -> matched.add(layer, index, d)));
      if (dataset.isEmpty()) {
        missing.add(join(join(path, TENSORS), name) + " (" + layer.weights().get(i).name() + " of layer " + layer.path()
            + ")");
      }
    }
    tensors.ifPresent(g -> refuseTensors(g, names));
    Set<String> known = new HashSet<>(RANDOM_STATE);
    known.add(TENSORS);
    group.ifPresent(g -> refuseTensors(g, known));
  }

  /** Notes what of a group's content isn't known and holds a tensor. */
  private void refuseTensors(Hdf5Group group, Set<String> known) {
    for (String child : group.children()) {
      if (!known.contains(child) && holdsTensor(group, child, 0)) {
        extra.add(join(group.path(), child));
      }
    }
  }

  private boolean holdsTensor(Hdf5Group parent, String name, int depth) {
    Optional<Hdf5Group> group = parent.group(name);
    return group.isEmpty() || depth == DEEPEST || ++unknown > MOST_UNKNOWN
        || group.get().children().stream().anyMatch(child -> holdsTensor(group.get(), child, depth + 1));
  }

  private static String join(String path, String name) {
    return path.endsWith("/") ? path + name : path + "/" + name;
  }

  /** Keras's {@code to_snake_case}: {@code Conv2D} is conv2d, {@code PReLU} p_re_lu. */
  static String snakeCase(String className) {
    // Keras 2.2.4's name of a functional model.
    String name = className.equals("Model") ? "Functional" : className;
    return name.replaceAll("\\W+", "").replaceAll("(.)([A-Z][a-z]+)", "$1_$2").replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }
}
