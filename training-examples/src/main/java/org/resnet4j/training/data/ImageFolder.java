package org.resnet4j.training.data;

import java.nio.file.Path;
import java.util.List;

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
    ImageSet<Path> images = checked(folder, options);
    return new ImageFolder(images.classes(), labeled(images.parts().get(Part.TRAIN)),
        labeled(images.parts().get(Part.VALIDATION)), labeled(images.parts().get(Part.TEST)), images.bad(),
        images.warnings(), images.fingerprint());
  }

  /** The same with the images' hashes. */
  static ImageSet<Path> checked(Path folder, FolderOptions options) {
    ImageSet<Path> images = ImageSet.open(new LocalTree(), folder, options);
    return options.onBadImage() != OnBadImage.QUARANTINE ? images : new ImageSet<>(images.classes(), images.parts(),
        Quarantine.move(folder, images.bad()), images.warnings(), images.fingerprint());
  }

  static List<LabeledImage> labeled(List<Hashed<Path>> hashed) {
    return hashed.stream().map(image -> new LabeledImage(image.image(), image.label())).toList();
  }
}
