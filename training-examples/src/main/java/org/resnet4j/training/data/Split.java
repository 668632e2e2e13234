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
import org.resnet4j.training.data.FolderLayout.Part;
import org.resnet4j.training.data.ImageFolder.HashedImage;

/**
 * A stratified split: of every class the same share, all copies of an image on one side, the same for the same seed.
 */
final class Split {
  private Split() { }

  /** The three parts; those with share 0 stay what they are. */
  static Map<Part, List<HashedImage>> of(List<HashedImage> images, List<String> classes, double validationShare,
                                         double testShare, long seed, List<HashedImage> givenTest) {
    Map<Part, List<HashedImage>> parts = new EnumMap<>(Part.class);
    parts.put(Part.TRAIN, new ArrayList<>());
    parts.put(Part.VALIDATION, new ArrayList<>());
    parts.put(Part.TEST, new ArrayList<>(givenTest));
    int sides = 1 + (validationShare > 0 ? 1 : 0) + (testShare > 0 ? 1 : 0);
    Map<Integer, List<List<HashedImage>>> groupsOfClass = groups(images);
    for (int label = 0; label < classes.size(); label++) {
      List<List<HashedImage>> groups = groupsOfClass.getOrDefault(label, new ArrayList<>());
      if (groups.size() < sides) {
        throw new DataException(Kind.TOO_FEW_TO_SPLIT, "class " + classes.get(label) + " has " + groups.size()
            + " different images, expected at least " + sides + " to have one in each of the " + sides
            + " parts; add images, or give your own train and val folders");
      }
      int count = groups.stream().mapToInt(List::size).sum();
      Collections.shuffle(groups, new Random(seed * 31 + label));
      int toTake = sides - 1;
      if (testShare > 0) {
        parts.get(Part.TEST).addAll(take(groups, Math.round(testShare * count), toTake--));
      }
      if (validationShare > 0) {
        parts.get(Part.VALIDATION).addAll(take(groups, Math.round(validationShare * count), toTake));
      }
      groups.forEach(parts.get(Part.TRAIN)::addAll);
    }
    return parts;
  }

  /** By the class of a group's first image, groups of equal content in the order of their first path. */
  private static Map<Integer, List<List<HashedImage>>> groups(List<HashedImage> images) {
    return images.stream().sorted(Comparator.comparing(image -> image.image().file()))
        .collect(Collectors.groupingBy(HashedImage::hash, LinkedHashMap::new, Collectors.toList())).values().stream()
        .collect(Collectors.groupingBy(group -> group.get(0).image().label(), Collectors.toCollection(ArrayList::new)));
  }

  /** Removes whole groups, at most {@code target} images but at least one group, and leaves {@code keep} groups. */
  private static List<HashedImage> take(List<List<HashedImage>> groups, long target, int keep) {
    List<HashedImage> taken = new ArrayList<>();
    for (int i = 0; i < groups.size() && groups.size() > keep; ) {
      if (taken.size() + groups.get(i).size() <= target) {
        taken.addAll(groups.remove(i));
      } else {
        i++;
      }
    }
    if (taken.isEmpty()) {
      List<HashedImage> smallest = Collections.min(groups, Comparator.comparingInt(List::size));
      groups.remove(smallest);
      taken.addAll(smallest);
    }
    return taken;
  }
}
