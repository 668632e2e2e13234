package org.resnet4j.training.cli;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.resnet4j.training.data.LabeledImage;

/** A folder's classes against a model's: by name, never by position. */
final class ClassNames {
  private static final int MOST_NAMED = 5;

  private ClassNames() {}

  /** Whether both name the same classes, in whatever order. */
  static boolean same(List<String> some, List<String> others) {
    return some.size() == others.size() && new HashSet<>(some).equals(new HashSet<>(others));
  }

  /**
   * The images with the model's label for the class of their folder.
   *
   * @throws CommandException if a folder's class is none of the model's
   */
  static List<LabeledImage> relabel(List<LabeledImage> images, List<String> folder, List<String> model) {
    Map<String, Integer> labels = new HashMap<>();
    for (int i = 0; i < model.size(); i++) {
      labels.put(model.get(i), i);
    }
    List<String> unknown = folder.stream().filter(name -> !labels.containsKey(name)).toList();
    if (!unknown.isEmpty()) {
      throw new CommandException(ExitCode.BAD_DATA, "The folder's classes don't fit the model: it doesn't know "
          + listed(unknown) + "; it knows " + listed(model) + ". Rename the folders after the model's classes.");
    }
    return images.stream().map(i -> new LabeledImage(i.file(), labels.get(folder.get(i.label())))).toList();
  }

  private static String listed(List<String> names) {
    String some = String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())));
    return names.size() > MOST_NAMED ? some + " and " + (names.size() - MOST_NAMED) + " more" : some;
  }
}
