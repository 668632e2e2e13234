package org.resnet4j.training.data;

import java.util.List;

/**
 * The images of a run in their parts.
 *
 * @param name what a report calls them
 * @param classes labels index it
 * @param test empty if there are none apart from the validation images
 * @param fingerprint changes with any image, label, class name or the split: a run goes on only with the images that it
 *     began with
 * @param bad files that were left out
 * @param warnings a sentence each
 */
public record Dataset(String name, List<String> classes, ImageSource train, ImageSource validation, ImageSource test,
                      String fingerprint, List<BadImage> bad, List<String> warnings) {
  public Dataset {
    classes = List.copyOf(classes);
    bad = List.copyOf(bad);
    warnings = List.copyOf(warnings);
  }
}
