package org.resnet4j.training.cli;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import org.resnet4j.training.data.ImageSource;

/** A folder's classes against a model's: by name, never by position. */
final class ClassNames {
  private static final int MOST_NAMED = 5;

  private ClassNames() {}

  /** Whether both name the same classes, in whatever order. */
  static boolean same(List<String> some, List<String> others) {
    return some.size() == others.size() && new HashSet<>(some).equals(new HashSet<>(others));
  }

  /**
   * The images with the model's label for the class of their data.
   *
   * @throws CommandException if one of the data's classes is none of the model's
   */
  static ImageSource relabel(ImageSource images, List<String> data, List<String> model) {
    List<String> unknown = data.stream().filter(name -> !model.contains(name)).toList();
    if (!unknown.isEmpty()) {
      throw new CommandException(ExitCode.BAD_DATA, "The folder's classes don't fit the model: it doesn't know "
          + listed(unknown) + "; it knows " + listed(model) + ". Rename the folders after the model's classes.");
    }
    return data.equals(model) ? images : new Relabelled(images, data.stream().mapToInt(model::indexOf).toArray());
  }

  /**
   * Serializable if its images are.
   *
   * @param labels the model's, by the data's
   */
  private record Relabelled(ImageSource images, int[] labels) implements ImageSource, Serializable {
    @Override
    public int size() {
      return images.size();
    }

    @Override
    public int label(int index) {
      return labels[images.label(index)];
    }

    @Override
    public String name(int index) {
      return images.name(index);
    }

    @Override
    public BufferedImage image(int index) {
      return images.image(index);
    }
  }

  private static String listed(List<String> names) {
    String some = String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())));
    return names.size() > MOST_NAMED ? some + " and " + (names.size() - MOST_NAMED) + " more" : some;
  }
}
