package org.resnet4j.training.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.resnet4j.training.data.DataException.Kind;

/**
 * Which files lie where: found without reading any. Hidden files and systems' litter are left out.
 *
 * @param root    as the user gave it
 * @param classes sorted
 * @param parts   that the folder gives
 * @param files   sorted by part, class and path
 */
public record FolderLayout<P extends Comparable<? super P>>(P root, List<String> classes, Set<Part> parts,
                                                            List<ImageFile<P>> files) {

  /** A file that should be an image. */
  public record ImageFile<P>(Part part, P path, int label) { }

  private static final Pattern IMAGE_NAME = Pattern.compile("(?i).*\\.(jpe?g|png|gif|bmp|webp|tiff?|hei[cf]|avif)");

  /**
   * Looks through a folder that has one sub-folder a class, or the parts' folders with those.
   *
   * @param warnings takes a sentence for what isn't used
   * @throws DataException if there is nothing to train on
   */
  public static <P extends Comparable<? super P>> FolderLayout<P> of(ImageTree<P> tree, P root,
      List<String> warnings) {
    switch (tree.find(root)) {
      case NOTHING -> throw new DataException(Kind.NO_FOLDER, root
          + ": no such folder; give one that has a sub-folder of images for each class");
      case FILE -> throw new DataException(Kind.NOT_A_FOLDER, root
          + ": a file, expected a folder that has a sub-folder of images for each class");
      case FOLDER -> { }
    }
    return new Search<>(tree, root, warnings).run();
  }

  /** Whether a file has an image's name, for folders whose files needn't all be images. */
  public static boolean isImageName(String name) {
    return IMAGE_NAME.matcher(name).matches();
  }

  /** Whether the folder gives that part. */
  public boolean has(Part part) {
    return parts.contains(part);
  }

  /** @throws DataException naming the classes that are not among the labels */
  public static void requireEveryClass(Object root, List<String> classes, Set<Integer> labels, String otherwise) {
    List<String> missing = classes.stream().filter(name -> !labels.contains(classes.indexOf(name))).toList();
    if (!missing.isEmpty()) {
      throw new DataException(Kind.EMPTY_CLASS, root + ": class " + ImageSet.first(missing) + " has " + otherwise);
    }
  }

  /** The steps of {@link FolderLayout#of}. */
  private record Search<P extends Comparable<? super P>>(ImageTree<P> tree, P root, List<String> warnings) {
    FolderLayout<P> run() {
      Map<Part, String> given = givenParts();
      P classRoot = given.isEmpty() ? root : tree.child(root, given.get(Part.TRAIN));
      List<String> classes = folders(classRoot);
      requireClasses(classRoot, classes);
      List<ImageFile<P>> files = new ArrayList<>();
      if (given.isEmpty()) {
        warnAboutLooseImages(root);
        addFiles(Part.TRAIN, root, classes, files);
      }
      given.forEach((part, name) -> {
        P folder = tree.child(root, name);
        warnAboutLooseImages(folder);
        requireKnownClasses(folder, classes);
        addFiles(part, folder, classes, files);
      });
      if (!given.isEmpty()) {
        warnAboutOtherFolders(given.values());
      }
      if (files.isEmpty()) {
        throw new DataException(Kind.NO_IMAGES, root + ": no images in the class folders "
            + ImageSet.first(classes) + "; put each class's images into its folder");
      }
      requireEveryClass(root, classes, files.stream().filter(file -> file.part == Part.TRAIN).map(ImageFile::label)
          .collect(Collectors.toSet()), "no images; add some, or remove the folder");
      return new FolderLayout<>(root, classes, given.isEmpty() ? Set.of(Part.TRAIN) : Set.copyOf(given.keySet()),
          files);
    }

    /** The parts' folders, if there is a train folder that has folders itself: a class may be called "train", too. */
    private Map<Part, String> givenParts() {
      Map<Part, String> given = new EnumMap<>(Part.class);
      for (String name : folders(root)) {
        for (Part part : Part.values()) {
          if (part.folderNames().contains(name.toLowerCase(Locale.ROOT))
              && !folders(tree.child(root, name)).isEmpty()) {
            String other = given.put(part, name);
            if (other != null) {
              throw new DataException(Kind.AMBIGUOUS_SPLIT, root + ": both " + other + " and " + name
                  + " could hold the " + part.folderNames().get(0) + " images; keep one of them");
            }
          }
        }
      }
      return given.containsKey(Part.TRAIN) ? given : Map.of();
    }

    private void requireClasses(P classRoot, List<String> classes) {
      if (classes.isEmpty()) {
        throw new DataException(Kind.NO_CLASSES, classRoot
            + ": no sub-folders; expected one for each class, with its images");
      }
      for (String name : classes) {
        if (name.chars().anyMatch(Character::isISOControl)) {
          throw new DataException(Kind.CLASS_NAME, classRoot + ": the class folder '" + name.replaceAll("\\p{Cc}", "?")
              + "' has a control character in its name; rename it");
        }
      }
      if (classes.size() == 1) {
        throw new DataException(Kind.ONE_CLASS, classRoot + ": only one class, " + classes.get(0)
            + "; a classifier needs two or more sub-folders");
      }
    }

    private void requireKnownClasses(P part, List<String> classes) {
      List<String> unknown = folders(part).stream().filter(name -> !classes.contains(name)).toList();
      if (!unknown.isEmpty()) {
        throw new DataException(Kind.UNKNOWN_CLASS, part + ": class " + ImageSet.first(unknown)
            + " is not among the training classes " + ImageSet.first(classes)
            + "; add training images or remove the folder");
      }
    }

    private void addFiles(Part part, P folder, List<String> classes, List<ImageFile<P>> files) {
      Map<String, List<P>> found = tree.files(folder, classes, warnings);
      for (int label = 0; label < classes.size(); label++) {
        List<P> paths = found.getOrDefault(classes.get(label), List.of());
        if (paths.isEmpty() && part != Part.TRAIN) {
          warnings.add(folder + ": no images of class " + classes.get(label));
        }
        for (P path : paths) {
          files.add(new ImageFile<>(part, path, label));
        }
      }
    }

    private void warnAboutLooseImages(P folder) {
      List<String> loose = shown(tree.entries(folder).files()).stream()
          .filter(FolderLayout::isImageName).toList();
      if (!loose.isEmpty()) {
        warnings.add(folder + ": " + loose.size() + " images lie in no class folder and are not used: "
            + ImageSet.first(loose));
      }
    }

    private void warnAboutOtherFolders(Collection<String> used) {
      List<String> unused = folders(root).stream().filter(name -> !used.contains(name)).toList();
      if (!unused.isEmpty()) {
        warnings.add(root + ": not used, as there is a train folder: " + ImageSet.first(unused));
      }
    }

    private List<String> folders(P folder) {
      return shown(tree.entries(folder).folders());
    }

    private static List<String> shown(List<String> names) {
      return names.stream().filter(name -> !ImageTree.isHidden(name)).sorted().toList();
    }
  }
}
