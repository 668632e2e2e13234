package org.resnet4j.training.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.FolderLayout.ImageFile;

/**
 * Checked images in their parts, wherever they lie, by the rules of {@link ImageFolder}.
 *
 * @param <P> by which an image is found; its order is that of the images
 * @param classes labels index it
 * @param parts an entry for each part, in order
 * @param bad the files left out
 * @param warnings a sentence each
 * @param fingerprint of the classes and of every part's labels and contents in their order, SHA-256
 */
public record ImageSet<P extends Comparable<? super P>>(List<String> classes, Map<Part, List<Hashed<P>>> parts,
                                                        List<BadImage> bad, List<String> warnings,
                                                        String fingerprint) {

  /**
   * Finds, decodes, hashes and splits. Moves nothing, whatever the options say.
   *
   * @throws DataException if the folder can't be trained on, or an image is bad and the options say FAIL
   */
  public static <P extends Comparable<? super P>> ImageSet<P> open(ImageTree<P> tree, P root, FolderOptions options) {
    List<String> warnings = new ArrayList<>();
    FolderLayout<P> layout = FolderLayout.of(tree, root, warnings);
    List<CheckedImage> checked = tree.check(layout.files().stream().map(ImageFile::path).toList(), options);
    List<BadImage> bad = checked.stream().filter(image -> !image.isGood()).map(CheckedImage::bad).toList();
    if (!bad.isEmpty() && options.onBadImage() == OnBadImage.FAIL) {
      throw new DataException(Kind.BAD_IMAGE, root + ": " + bad.size() + " of " + checked.size()
          + " images can't be used: " + first(bad.stream().map(image -> image.file() + ": " + image.reason()).toList())
          + "; repair or remove them, or choose to skip bad images");
    }
    Map<Part, List<Hashed<P>>> good = new EnumMap<>(Part.class);
    for (int i = 0; i < checked.size(); i++) {
      ImageFile<P> file = layout.files().get(i);
      if (checked.get(i).isGood()) {
        good.computeIfAbsent(file.part(), part -> new ArrayList<>())
            .add(new Hashed<>(file.path(), file.label(), checked.get(i).hash()));
      }
    }
    return of(root, layout.classes(), layout.parts(), good, bad, warnings, options);
  }

  /**
   * Splits what was checked: drops training images that are in other parts, too, and holds some out where no validation
   * part is given.
   *
   * @param where what messages call the data
   * @param given the parts that the data give
   * @param good the images of these
   * @param warnings of before
   * @throws DataException if a class has no training images, or too few to split
   */
  public static <P extends Comparable<? super P>> ImageSet<P> of(Object where, List<String> classes, Set<Part> given,
      Map<Part, List<Hashed<P>>> good, List<BadImage> bad, List<String> warnings, FolderOptions options) {
    Map<Part, List<Hashed<P>>> parts = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      parts.put(part, new ArrayList<>(good.getOrDefault(part, List.of())));
    }
    List<String> told = new ArrayList<>(warnings);
    FolderLayout.requireEveryClass(where, classes, labels(parts.get(Part.TRAIN)), "no readable images; " + bad.size()
        + " of all are damaged");
    warnAboutCopies(classes, parts, told);
    dropTrainCopies(parts, told);
    if (!given.contains(Part.VALIDATION)) {
      parts.putAll(Split.of(parts.get(Part.TRAIN), classes, options.validation(),
          given.contains(Part.TEST) ? 0 : options.testShare(), options.seed(), parts.get(Part.TEST)));
    }
    FolderLayout.requireEveryClass(where, classes, labels(parts.get(Part.TRAIN)),
        "no training images left: all of them are copies of validation or test images");
    parts.values().forEach(images -> images.sort(Comparator.comparing(Hashed::image)));
    return new ImageSet<>(classes, parts, bad, List.copyOf(told), Fingerprint.of(classes, parts));
  }

  /**
   * What a run takes: the test images validate where there are none to validate on.
   *
   * @param where what messages call the data
   * @param name what reports call them
   * @param source makes a part's images accessible
   * @throws DataException of kind NO_VALIDATION if there are neither validation nor test images
   */
  public Dataset dataset(Object where, String name, Function<List<Hashed<P>>, ImageSource> source) {
    List<Hashed<P>> test = parts.get(Part.TEST);
    boolean testValidates = parts.get(Part.VALIDATION).isEmpty();
    if (testValidates && test.isEmpty()) {
      throw new DataException(Kind.NO_VALIDATION, where + ": no images to validate on: hold some out, or add a folder "
          + "val or test beside train");
    }
    return new Dataset(name, classes, source.apply(parts.get(Part.TRAIN)),
        source.apply(testValidates ? test : parts.get(Part.VALIDATION)),
        source.apply(testValidates ? List.of() : test), fingerprint, bad, warnings);
  }

  private static <P extends Comparable<? super P>> Set<Integer> labels(List<Hashed<P>> images) {
    return images.stream().map(Hashed::label).collect(Collectors.toSet());
  }

  private static <P extends Comparable<? super P>> void warnAboutCopies(List<String> classes,
      Map<Part, List<Hashed<P>>> good, List<String> warnings) {
    Collection<List<Hashed<P>>> groups = good.values().stream().flatMap(List::stream)
        .collect(Collectors.groupingBy(Hashed::hash, LinkedHashMap::new, Collectors.toList())).values();
    List<String> copies = new ArrayList<>();
    List<String> contradictions = new ArrayList<>();
    for (List<Hashed<P>> group : groups) {
      if (group.size() > 1) {
        String paths = group.stream().map(image -> image.image().toString()).collect(Collectors.joining(" = "));
        copies.add(paths);
        if (group.stream().mapToInt(Hashed::label).distinct().count() > 1) {
          contradictions.add(group.stream().map(image -> classes.get(image.label())).distinct()
              .collect(Collectors.joining(" and of ", paths + " is of ", "")));
        }
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
  private static <P extends Comparable<? super P>> void dropTrainCopies(Map<Part, List<Hashed<P>>> good,
      List<String> warnings) {
    Set<String> held = Stream.of(Part.VALIDATION, Part.TEST).flatMap(part -> good.get(part).stream())
        .map(Hashed::hash).collect(Collectors.toCollection(HashSet::new));
    List<Hashed<P>> dropped = good.get(Part.TRAIN).stream().filter(image -> held.contains(image.hash())).toList();
    if (!dropped.isEmpty()) {
      good.get(Part.TRAIN).removeIf(image -> held.contains(image.hash()));
      warnings.add(dropped.size() + " training images are in validation or test too and were dropped from training: "
          + first(dropped.stream().map(image -> image.image().toString()).toList()));
    }
  }

  /** Up to three of many. */
  public static String first(List<String> many) {
    String text = many.stream().limit(3).collect(Collectors.joining("; "));
    return many.size() > 3 ? text + "; and " + (many.size() - 3) + " more" : text;
  }
}
