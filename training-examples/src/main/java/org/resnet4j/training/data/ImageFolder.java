package org.resnet4j.training.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.FolderLayout.Part;

/**
 * The images of a folder, every one decoded once and found good, in their parts.
 *
 * <p>The folder has one sub-folder a class, or {@code train}, {@code val} (or {@code valid}, {@code validation}) and
 * {@code test} with one sub-folder a class each. Where no validation images are given, a stratified, seeded share is
 * split off; the same content (by SHA-256) never comes to both sides.
 *
 * @param classes    sorted by name; labels index it
 * @param train      sorted by path, as are the others
 * @param validation empty only if the options ask for none
 * @param test       empty if neither given nor asked for
 * @param bad        the files left out
 * @param warnings   a sentence each
 * @param fingerprint of the classes and of every part's labels and contents in their order, SHA-256
 */
public record ImageFolder(List<String> classes, List<LabeledImage> train, List<LabeledImage> validation,
                          List<LabeledImage> test, List<BadImage> bad, List<String> warnings, String fingerprint) {

  /**
   * Finds, decodes, hashes and splits. Only QUARANTINE moves anything, and only when all else went well.
   *
   * @throws DataException if the folder can't be trained on, or an image is bad and the options say FAIL
   */
  public static ImageFolder open(Path folder, FolderOptions options) {
    List<String> warnings = new ArrayList<>();
    FolderLayout layout = FolderLayout.of(folder, warnings);
    List<ImageScan.Result> results = ImageScan.run(layout.files(), options);
    List<BadImage> bad = results.stream().filter(result -> result.bad() != null).map(ImageScan.Result::bad).toList();
    if (!bad.isEmpty() && options.onBadImage() == OnBadImage.FAIL) {
      throw new DataException(Kind.BAD_IMAGE, folder + ": " + bad.size() + " of " + results.size()
          + " images can't be used: " + first(bad.stream().map(image -> image.file() + ": " + image.reason()).toList())
          + "; repair or remove them, or choose to skip bad images");
    }
    Map<Part, List<Hashed<Path>>> good = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      good.put(part, new ArrayList<>());
    }
    for (ImageScan.Result result : results) {
      if (result.bad() == null) {
        good.get(result.file().part()).add(new Hashed<>(result.file().path(), result.file().label(), result.hash()));
      }
    }
    layout.requireEveryClass(labels(good.get(Part.TRAIN)), "no readable images; " + bad.size() + " of all are damaged");
    warnAboutCopies(layout, good, warnings);
    dropTrainCopies(good, warnings);
    if (!layout.has(Part.VALIDATION)) {
      good.putAll(Split.of(good.get(Part.TRAIN), layout.classes(), options.validation(),
          layout.has(Part.TEST) ? 0 : options.testShare(), options.seed(), good.get(Part.TEST)));
    }
    layout.requireEveryClass(labels(good.get(Part.TRAIN)),
        "no training images left: all of them are copies of validation or test images");
    if (options.onBadImage() == OnBadImage.QUARANTINE) {
      bad = Quarantine.move(folder, bad);
    }
    good.values().forEach(images -> images.sort(Comparator.comparing(Hashed::image)));
    return new ImageFolder(layout.classes(), images(good.get(Part.TRAIN)), images(good.get(Part.VALIDATION)),
        images(good.get(Part.TEST)), bad, List.copyOf(warnings), Fingerprint.of(layout.classes(), good));
  }

  private static Set<Integer> labels(List<Hashed<Path>> images) {
    return images.stream().map(Hashed::label).collect(Collectors.toSet());
  }

  private static List<LabeledImage> images(List<Hashed<Path>> hashed) {
    return hashed.stream().map(image -> new LabeledImage(image.image(), image.label())).toList();
  }

  private static void warnAboutCopies(FolderLayout layout, Map<Part, List<Hashed<Path>>> good, List<String> warnings) {
    Collection<List<Hashed<Path>>> groups = good.values().stream().flatMap(List::stream)
        .collect(Collectors.groupingBy(Hashed::hash, LinkedHashMap::new, Collectors.toList())).values();
    List<String> copies = new ArrayList<>();
    List<String> contradictions = new ArrayList<>();
    for (List<Hashed<Path>> group : groups) {
      String paths = group.stream().map(image -> image.image().toString()).collect(Collectors.joining(" = "));
      if (group.size() > 1) {
        copies.add(paths);
      }
      if (group.stream().mapToInt(Hashed::label).distinct().count() > 1) {
        contradictions.add(group.stream().map(image -> layout.classes().get(image.label())).distinct()
            .collect(Collectors.joining(" and of ", paths + " is of ", "")));
      }
    }
    if (!copies.isEmpty()) {
      warnings.add(copies.size() + " images occur more than once: " + first(copies));
    }
    if (!contradictions.isEmpty()) {
      warnings.add(contradictions.size() + " images have more than one class: " + first(contradictions)
          + "; keep each in one class folder");
    }
  }

  /** A network must not be measured on what it was trained on. */
  private static void dropTrainCopies(Map<Part, List<Hashed<Path>>> good, List<String> warnings) {
    Set<String> held = Stream.of(Part.VALIDATION, Part.TEST).flatMap(part -> good.get(part).stream())
        .map(Hashed::hash).collect(Collectors.toCollection(HashSet::new));
    List<Hashed<Path>> dropped = good.get(Part.TRAIN).stream().filter(image -> held.contains(image.hash())).toList();
    if (!dropped.isEmpty()) {
      good.get(Part.TRAIN).removeAll(new HashSet<>(dropped));
      warnings.add(dropped.size() + " training images are in validation or test too and were dropped from training: "
          + first(dropped.stream().map(image -> image.image().toString()).toList()));
    }
  }

  /** Up to three of many. */
  static String first(List<String> many) {
    String text = many.stream().limit(3).collect(Collectors.joining("; "));
    return many.size() > 3 ? text + "; and " + (many.size() - 3) + " more" : text;
  }
}
