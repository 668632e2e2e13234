package org.resnet4j.training.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.resnet4j.training.data.DataException.Kind;

/** Images in memory become a data set: checked, split, with a fingerprint. */
final class ArrayDataset {
  private final String name;
  private final List<String> classes;
  private final ArrayImages train;
  private final ArrayImages test;

  ArrayDataset(String name, List<String> classes, ArrayImages train, ArrayImages test) {
    this.name = name;
    this.classes = classes;
    this.train = train;
    this.test = test;
    for (ArrayImages images : List.of(train, test)) {
      if (images.size() == 0) {
        throw new DataException(Kind.NO_IMAGES, name + ": no " + (images == train ? "training" : "test") + " images");
      }
      for (int i = 0; i < images.size(); i++) {
        if (images.label(i) >= classes.size()) {
          throw new DataException(Kind.BAD_FILE, name + ": " + images.name(i) + " has label " + images.label(i)
              + ", expected 0 to " + (classes.size() - 1) + "; get the files again");
        }
      }
    }
  }

  /** Validation images held out of the training images; the test images where none are. */
  Dataset split(HeldOut validation, long seed) {
    if (validation.isNone()) {
      return testIsValidation();
    }
    Map<Part, List<Hashed<Integer>>> parts = Split.of(hashed(train), classes, validation, 0, seed, List.of());
    parts.put(Part.TEST, hashed(test));
    ImageSource trained = select(train, parts.get(Part.TRAIN));
    ImageSource held = select(train, parts.get(Part.VALIDATION));
    // Fingerprints cover the order, which is that of the sources.
    parts.values().forEach(images -> images.sort((a, b) -> a.image().compareTo(b.image())));
    return new Dataset(name, classes, trained, held, test, Fingerprint.of(classes, parts), List.of(), List.of());
  }

  /** The second source is for validation, and there is nothing beyond it. */
  Dataset testIsValidation() {
    Map<Part, List<Hashed<Integer>>> parts = new EnumMap<>(Part.class);
    parts.put(Part.TRAIN, hashed(train));
    parts.put(Part.VALIDATION, hashed(test));
    return new Dataset(name, classes, train, test, new SelectedImages(test, new int[0]),
        Fingerprint.of(classes, parts), List.of(), List.of());
  }

  private static List<Hashed<Integer>> hashed(ArrayImages images) {
    return new ArrayList<>(IntStream.range(0, images.size()).parallel().mapToObj(images::hashed).toList());
  }

  private static ImageSource select(ArrayImages images, List<Hashed<Integer>> selected) {
    return new SelectedImages(images, selected.stream().mapToInt(Hashed::image).sorted().toArray());
  }
}
