package org.resnet4j.modelimport.weights;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.weights.WeightMatching.Architecture;

/**
 * Which tensor of a group is which weight: names and Keras's order must tell the same.
 *
 * <p>Where the names decide, the order must be one that Keras writes. Where they are only like the layers' names (made
 * unique, or older than a renaming), the order decides and the names must not contradict it. Else nobody knows, and two
 * tensors of equal shape could change places unnoticed.
 */
final class NameAssignment {
  /** Weights of layers of one name in models of one name; no model has as many. */
  private static final int MOST_CANDIDATES = 256;

  /** A variable's name, {@code scope/kind:0}. */
  private record Variable(String scope, String kind) {
    static Variable of(String name) {
      String bare = name.replaceFirst(":\\d+$", "");
      int slash = bare.lastIndexOf('/');
      return new Variable(slash < 0 ? "" : bare.substring(0, slash), bare.substring(slash + 1));
    }
  }

  private final Layer top;
  private final List<Slot> slots;
  private final List<String> names;
  private final List<Variable> variables;
  private final String path;
  private final Architecture architecture;
  /** By the layer's last name, and by that and the one before. */
  private final Map<String, List<Slot>> slotsByName = new HashMap<>();

  /** @param path of the group, for messages */
  NameAssignment(Layer top, List<Slot> slots, List<String> names, String path, Architecture architecture) {
    this.top = top;
    this.slots = slots;
    this.names = names;
    this.variables = names.stream().map(Variable::of).toList();
    this.path = path;
    this.architecture = architecture;
    for (Slot slot : slots) {
      Stream.of(lastNames(slot.scopes(), 1), lastNames(slot.scopes(), 2)).distinct()
          .forEach(name -> slotsByName.computeIfAbsent(name, n -> new ArrayList<>()).add(slot));
    }
  }

  /**
   * The slot of each name.
   *
   * @throws WeightsDiffer if it isn't certain
   */
  List<Slot> slots() {
    Set<List<Slot>> orders = KerasOrder.of(top, slots, architecture);
    if (!top.model()) {
      // The group is the layer's, whatever its variables' scopes are called.
      return only(orders, (slot, variable) -> slot.isKind(variable.kind)).orElseThrow(() -> contradiction(orders));
    }
    Optional<List<Slot>> named = named();
    if (named.isPresent()) {
      boolean right = orders.contains(named.get())
          || architecture == Architecture.OF_ANOTHER_FILE && KerasOrder.isPossible(named.get(), slots);
      return named.filter(n -> right).orElseThrow(() -> contradiction(orders));
    }
    return only(orders, (slot, variable) -> slot.isKind(variable.kind) && slot.isIn(variable.scope)
            && !pointsToNamesake(variable, slot))
        .or(() -> only(orders, (slot, variable) -> slot.isKind(variable.kind) && !pointsElsewhere(variable, slot)))
        .orElseThrow(() -> contradiction(orders));
  }

  /** The one order that agrees with all names. */
  private Optional<List<Slot>> only(Set<List<Slot>> orders, BiPredicate<Slot, Variable> agrees) {
    List<List<Slot>> agreeing = orders.stream().filter(order -> {
      for (int i = 0; i < order.size(); i++) {
        if (!agrees.test(order.get(i), variables.get(i))) {
          return false;
        }
      }
      return true;
    }).toList();
    return agreeing.size() == 1 ? Optional.of(agreeing.get(0)) : Optional.empty();
  }

  /** Each name's slot if exact names leave one choice for all. */
  private Optional<List<Slot>> named() {
    List<Set<Slot>> choices = new ArrayList<>();
    Map<Slot, List<Integer>> askers = new HashMap<>();
    Deque<Integer> decided = new ArrayDeque<>();
    for (int i = 0; i < variables.size(); i++) {
      Set<Slot> candidates = candidates(variables.get(i));
      int asker = i;
      candidates.forEach(slot -> askers.computeIfAbsent(slot, s -> new ArrayList<>()).add(asker));
      choices.add(candidates);
      if (candidates.size() == 1) {
        decided.add(i);
      }
    }
    List<Slot> named = new ArrayList<>(Collections.nCopies(variables.size(), null));
    while (!decided.isEmpty()) {
      int i = decided.remove();
      if (choices.get(i).isEmpty()) {
        return Optional.empty();
      }
      Slot slot = choices.get(i).iterator().next();
      named.set(i, slot);
      for (int other : askers.get(slot)) {
        if (other != i && slot.equals(named.get(other))) {
          return Optional.empty();
        }
        if (other != i && choices.get(other).remove(slot) && choices.get(other).size() == 1) {
          decided.add(other);
        }
      }
    }
    return named.contains(null) ? Optional.empty() : Optional.of(named);
  }

  /** The slots that a name fits, those whose models' names it has as well before the others. */
  private Set<Slot> candidates(Variable variable) {
    Set<Slot> best = new HashSet<>();
    int longest = 0;
    List<Slot> sameName = slotsByName.getOrDefault(lastNames(variable.scope, 2),
        slotsByName.getOrDefault(lastNames(variable.scope, 1), List.of()));
    if (sameName.size() > MOST_CANDIDATES) {
      throw new WeightsDiffer(path, "tensors whose names tell their layers",
          quote(variable.scope) + ", which may be any of " + sameName.size());
    }
    for (Slot slot : sameName) {
      int length = slot.isKind(variable.kind) ? commonEnd(slot.scopes(), variable.scope) : 0;
      if (length < slot.layer().name().length()) {
        continue;
      }
      if (length > longest) {
        longest = length;
        best.clear();
      }
      if (length == longest) {
        best.add(slot);
      }
    }
    return best;
  }

  /** Whether a name is that of another layer. */
  private boolean pointsElsewhere(Variable variable, Slot slot) {
    Set<Slot> candidates = candidates(variable);
    if (!candidates.isEmpty()) {
      return !candidates.contains(slot);
    }
    return !slot.isIn(variable.scope) && slotsByName.getOrDefault(Slot.bare(lastNames(variable.scope, 1)), List.of())
        .stream().anyMatch(other -> other.isIn(variable.scope));
  }

  /** Whether a name is, by the models' names in it, that of another layer of the same name. */
  private boolean pointsToNamesake(Variable variable, Slot slot) {
    Set<Slot> candidates = candidates(variable);
    return !candidates.contains(slot)
        && candidates.stream().anyMatch(other -> other.layer().name().equals(slot.layer().name()));
  }

  private static String lastNames(String scope, int count) {
    int from = scope.length();
    for (int i = 0; i < count && from >= 0; i++) {
      from = scope.lastIndexOf('/', from - 1);
    }
    return scope.substring(from + 1);
  }

  /** The length of the whole names in which two paths end alike. */
  private static int commonEnd(String a, String b) {
    int length = 0;
    while (length < a.length() && length < b.length()
        && a.charAt(a.length() - 1 - length) == b.charAt(b.length() - 1 - length)) {
      length++;
    }
    if (startsName(a, length) && startsName(b, length)) {
      return length;
    }
    int slash = a.indexOf('/', a.length() - length);
    return slash < 0 ? 0 : a.length() - slash - 1;
  }

  private static boolean startsName(String scope, int length) {
    return length == scope.length() || scope.charAt(scope.length() - 1 - length) == '/';
  }

  private WeightsDiffer contradiction(Set<List<Slot>> orders) {
    List<Slot> order = orders.iterator().next();
    int i = 0;
    while (i < order.size() - 1 && order.get(i).isKind(variables.get(i).kind)
        && (!top.model() || candidates(variables.get(i)).contains(order.get(i)))) {
      i++;
    }
    return new WeightsDiffer(path, "tensors whose names and order tell the same; number %d of %s is %s by its order"
        .formatted(i, quote(top.name()), quote(order.get(i).toString())), "the name " + quote(names.get(i)));
  }
}
