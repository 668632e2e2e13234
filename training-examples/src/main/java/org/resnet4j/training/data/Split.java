package org.resnet4j.training.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.resnet4j.training.data.DataException.Kind;

/**
 * A stratified split: of every class the same share, all copies of an image on one side, the same for the same seed.
 */
final class Split {
  private Split() { }

  /** The three parts; the test images stay what they are where {@code testShare} is 0. */
  static <T extends Comparable<? super T>> Map<Part, List<Hashed<T>>> of(List<Hashed<T>> images, List<String> classes,
      HeldOut validation, double testShare, long seed, List<Hashed<T>> givenTest) {
    Map<Part, List<Hashed<T>>> parts = new EnumMap<>(Part.class);
    parts.put(Part.TRAIN, new ArrayList<>());
    parts.put(Part.VALIDATION, new ArrayList<>());
    parts.put(Part.TEST, new ArrayList<>(givenTest));
    int sides = 1 + (validation.isNone() ? 0 : 1) + (testShare > 0 ? 1 : 0);
    Map<Integer, List<List<Hashed<T>>>> groupsOfClass = groups(images);
    int[] counts = new int[classes.size()];
    groupsOfClass.forEach((label, groups) -> counts[label] = size(groups));
    int[] quotas = validation.quotas(counts);
    for (int label = 0; label < classes.size(); label++) {
      List<List<Hashed<T>>> groups = groupsOfClass.getOrDefault(label, new ArrayList<>());
      boolean all = validation instanceof HeldOut.Images && !validation.isNone() && quotas[label] >= counts[label];
      if (groups.size() < sides || all) {
        throw new DataException(Kind.TOO_FEW_TO_SPLIT, "class " + classes.get(label) + " has " + groups.size()
            + " different images, expected at least " + Math.max(sides, quotas[label] + sides - 1)
            + " to have some in each of the " + sides
            + " parts; add images, hold out fewer, or give your own train and val folders");
      }
      Collections.shuffle(groups, new Random(seed * 31 + label));
      int toTake = sides - 1;
      if (testShare > 0) {
        parts.get(Part.TEST).addAll(take(groups, Math.round(testShare * counts[label]), toTake--));
      }
      if (!validation.isNone()) {
        parts.get(Part.VALIDATION).addAll(take(groups, quotas[label], toTake));
      }
      groups.forEach(parts.get(Part.TRAIN)::addAll);
    }
    return parts;
  }

  /** By the class of a group's first image, groups of equal content in the order of their first one. */
  private static <T extends Comparable<? super T>> Map<Integer, List<List<Hashed<T>>>> groups(List<Hashed<T>> images) {
    return images.stream().sorted(Comparator.comparing(Hashed::image))
        .collect(Collectors.groupingBy(Hashed::hash, LinkedHashMap::new, Collectors.toList())).values().stream()
        .collect(Collectors.groupingBy(group -> group.get(0).label(), Collectors.toCollection(ArrayList::new)));
  }

  private static <E> int size(List<List<E>> groups) {
    return groups.stream().mapToInt(List::size).sum();
  }

  /** Removes whole groups, at most {@code target} images but at least one group, and leaves {@code keep} groups. */
  private static <E> List<E> take(List<List<E>> groups, long target, int keep) {
    List<E> taken = new ArrayList<>();
    List<List<E>> left = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      boolean enoughStay = groups.size() - i + left.size() > keep;
      if (enoughStay && taken.size() + groups.get(i).size() <= target) {
        taken.addAll(groups.get(i));
      } else {
        left.add(groups.get(i));
      }
    }
    groups.clear();
    groups.addAll(left);
    if (taken.isEmpty()) {
      List<E> smallest = Collections.min(groups, Comparator.comparingInt(List::size));
      groups.remove(smallest);
      taken.addAll(smallest);
    }
    return taken;
  }
}
