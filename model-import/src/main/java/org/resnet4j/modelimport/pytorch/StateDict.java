package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unsafe;
import org.resnet4j.modelimport.pytorch.Pickled.Dict;
import org.resnet4j.modelimport.pytorch.Pickled.Instance;
import org.resnet4j.modelimport.pytorch.Pickled.Sequence;
import org.resnet4j.modelimport.pytorch.Pickled.Tensor;

/**
 * Finds the named tensors in what a file holds: a state dict, one within a checkpoint's dict, or a module object
 * ({@code torch.save(model)}), whose {@code _parameters}, {@code _buffers} and {@code _modules} are walked as PyTorch's
 * {@code state_dict()} does.
 *
 * <p>A state dict's file may hold no foreign name at all. Where the tensors come from module objects, foreign classes
 * are what is expected; they stay names.
 */
final class StateDict {
  static final int MOST_TENSORS = 50_000;
  /** Modules and their entries; one that is used twice is walked twice, as PyTorch does. */
  private static final int MOST_WALKED = 500_000;
  static final int LONGEST_NAME = 1000;
  private static final int DEEPEST = 64;
  /** Under which training programs put the state dict, in the order of preference. */
  private static final List<String> WRAPPERS = List.of("state_dict", "model_state_dict", "model", "net");
  private static final String REMEDY =
      "Save the state dict in PyTorch: torch.save(model.state_dict(), file).";

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private int walked;

  private StateDict() {}

  /**
   * The tensors by name, in the file's order, unchecked.
   *
   * @param foreign the names in the pickle that no state dict needs
   */
  static Map<String, Tensor> find(String object, Object root, Set<String> foreign) {
    StateDict found = new StateDict();
    Object model = unwrap(root);
    if (model instanceof Instance module) {
      found.walk(module, "", 0);
    } else if (model instanceof Dict dict && dict.items().values().stream().anyMatch(Tensor.class::isInstance)) {
      if (!foreign.isEmpty()) {
        throw new Unsafe(object, "a state dict's names only", quote(foreign.iterator().next())
            + (foreign.size() > 1 ? " and " + (foreign.size() - 1) + " more" : ""), TorchCalls.REMEDY);
      }
      requireNames("the state dict", dict);
      dict.items().forEach(found::addNamed);
    } else {
      throw new Incomplete(object, "a state dict, one under " + WRAPPERS + ", or a module", describe(model), REMEDY);
    }
    if (found.tensors.isEmpty()) {
      throw new Incomplete(object, "a model with parameters", "none", REMEDY);
    }
    return found.tensors;
  }

  private static Object unwrap(Object root) {
    Object value = root;
    for (int depth = 0; depth < DEEPEST && value instanceof Dict dict; depth++) {
      Object inner = WRAPPERS.stream().map(dict.items()::get)
          .filter(item -> item instanceof Dict || item instanceof Instance).findFirst().orElse(null);
      if (inner == null) {
        return value;
      }
      value = inner;
    }
    return value;
  }

  private static String describe(Object value) {
    if (!(value instanceof Dict dict)) {
      return Unpickler.kind(value);
    }
    return "a dict of " + dict.items().keySet().stream().limit(8).map(ModelImportException::quote)
        .collect(Collectors.joining(", ", "[", dict.items().size() > 8 ? ", ...]" : "]"));
  }

  private void walk(Instance module, String prefix, int depth) {
    if (!(module.state instanceof Dict state) || !(state.items().get("_modules") instanceof Dict modules)
        || !(state.items().get("_parameters") instanceof Dict parameters)
        || !(state.items().get("_buffers") instanceof Dict buffers)) {
      throw new Incomplete(prefix.isEmpty() ? "the object" : quote(prefix), "a torch.nn.Module's state",
          "an object of " + quote(module.type.qualified()), REMEDY);
    }
    walked += 1 + modules.items().size() + parameters.items().size() + buffers.items().size();
    if (depth > DEEPEST || walked > MOST_WALKED) {
      throw new TooLarge(quote(prefix), "modules of at most " + MOST_WALKED + " entries, " + DEEPEST + " deep", "more");
    }
    for (Dict part : List.of(modules, parameters, buffers)) {
      requireNames(quote(prefix), part);
    }
    Set<Object> unsaved = unsaved(state, buffers);
    parameters.items().forEach((name, value) -> addPart(prefix, name, value));
    buffers.items().forEach((name, value) -> {
      if (!unsaved.contains(name)) {
        addPart(prefix, name, value);
      }
    });
    modules.items().forEach((name, value) -> {
      if (value instanceof Instance child) {
        walk(child, joined(prefix, name) + ".", depth + 1);
      } else if (value != null) {
        throw new Damaged(quote(prefix + name), "a module", Unpickler.kind(value), null);
      }
    });
  }

  /** The names of buffers that a state dict leaves out. */
  private static Set<Object> unsaved(Dict state, Dict buffers) {
    Set<Object> names = new HashSet<>();
    if (state.items().get("_non_persistent_buffers_set") instanceof Sequence set) {
      set.items().stream().limit(buffers.items().size()).filter(String.class::isInstance).forEach(names::add);
    }
    return names;
  }

  /** A parameter that a module doesn't have is None. */
  private void addPart(String prefix, String name, Object value) {
    if (value != null) {
      addNamed(joined(prefix, name), value);
    }
  }

  /** Checked before the names are copied: a long one in a module that is used often would take a file's time. */
  private static String joined(String prefix, String name) {
    if (prefix.length() + name.length() > LONGEST_NAME) {
      throw new TooLarge(quote(name), "names of at most " + LONGEST_NAME + " characters", "a longer one");
    }
    return prefix + name;
  }

  private static void requireNames(String object, Dict dict) {
    if (!dict.otherKeys().isEmpty()) {
      throw new Damaged(object, "names", dict.otherKeys().iterator().next(), null);
    }
  }

  private void addNamed(String name, Object value) {
    if (!(value instanceof Tensor tensor)) {
      throw new Damaged(quote(name), "a tensor", Unpickler.kind(value), null);
    }
    if (name.length() > LONGEST_NAME || tensors.size() == MOST_TENSORS) {
      throw new TooLarge(quote(name), "at most " + MOST_TENSORS + " tensors with names of " + LONGEST_NAME
          + " characters", "more");
    }
    if (tensors.put(name, tensor) != null) {
      throw new Damaged(quote(name), "one tensor of the name", "two", null);
    }
  }
}
