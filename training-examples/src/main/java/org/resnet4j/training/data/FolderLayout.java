package org.resnet4j.training.data;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.resnet4j.training.data.DataException.Kind;

/**
 * Which files lie where: found without reading any. Hidden files and systems' litter are left out; links are followed,
 * each real folder once a class.
 *
 * @param root    as the user gave it
 * @param classes sorted
 * @param parts   that the folder gives
 * @param files   sorted by part and path
 */
record FolderLayout(Path root, List<String> classes, Set<Part> parts, List<ImageFile> files) {

  /** A part of the data; the names of its folder. */
  enum Part {
    TRAIN("train", "training"), VALIDATION("val", "valid", "validation"), TEST("test", "testing");

    private final List<String> folderNames;

    Part(String... folderNames) {
      this.folderNames = List.of(folderNames);
    }
  }

  /** A file that should be an image. */
  record ImageFile(Part part, Path path, int label) { }

  private static final Set<String> LITTER = Set.of("thumbs.db", "desktop.ini", "__macosx");
  private static final Pattern IMAGE_NAME = Pattern.compile("(?i).*\\.(jpe?g|png|gif|bmp|webp|tiff?|hei[cf]|avif)");
  private static final int MAX_DEPTH = 32;

  static FolderLayout of(Path root, List<String> warnings) {
    if (!Files.exists(root)) {
      throw new DataException(Kind.NO_FOLDER, root
          + ": no such folder; give one that has a sub-folder of images for each class");
    }
    if (!Files.isDirectory(root)) {
      throw new DataException(Kind.NOT_A_FOLDER, root
          + ": a file, expected a folder that has a sub-folder of images for each class");
    }
    Map<Part, Path> given = givenParts(root);
    Path classRoot = given.getOrDefault(Part.TRAIN, root);
    List<Path> classFolders = folders(classRoot);
    List<String> classes = classFolders.stream().map(FolderLayout::name).toList();
    requireClasses(classRoot, classes);
    List<ImageFile> files = new ArrayList<>();
    if (given.isEmpty()) {
      warnAboutLooseImages(root, warnings);
      addFiles(Part.TRAIN, root, classes, files, warnings);
    }
    given.forEach((part, folder) -> {
      warnAboutLooseImages(folder, warnings);
      requireKnownClasses(folder, classes);
      addFiles(part, folder, classes, files, warnings);
    });
    if (!given.isEmpty()) {
      warnAboutOtherFolders(root, given.values(), warnings);
    }
    FolderLayout layout = new FolderLayout(root, classes, given.isEmpty() ? Set.of(Part.TRAIN)
        : Set.copyOf(given.keySet()), files);
    if (files.isEmpty()) {
      throw new DataException(Kind.NO_IMAGES, root + ": no images in the class folders "
          + ImageFolder.first(classes) + "; put each class's images into its folder");
    }
    layout.requireEveryClass(files.stream().filter(file -> file.part == Part.TRAIN).map(ImageFile::label)
        .collect(Collectors.toSet()), "no images; add some, or remove the folder");
    return layout;
  }

  boolean has(Part part) {
    return parts.contains(part);
  }

  /** @throws DataException naming the classes that are not among the labels */
  void requireEveryClass(Set<Integer> labels, String otherwise) {
    List<String> missing = classes.stream().filter(name -> !labels.contains(classes.indexOf(name))).toList();
    if (!missing.isEmpty()) {
      throw new DataException(Kind.EMPTY_CLASS, root + ": class " + ImageFolder.first(missing) + " has " + otherwise);
    }
  }

  /** The parts' folders, if there is a train folder that has folders itself: a class may be called "train", too. */
  private static Map<Part, Path> givenParts(Path root) {
    Map<Part, Path> given = new EnumMap<>(Part.class);
    for (Path folder : folders(root)) {
      for (Part part : Part.values()) {
        if (part.folderNames.contains(name(folder).toLowerCase(Locale.ROOT)) && !folders(folder).isEmpty()) {
          Path other = given.put(part, folder);
          if (other != null) {
            throw new DataException(Kind.AMBIGUOUS_SPLIT, root + ": both " + name(other) + " and " + name(folder)
                + " could hold the " + part.folderNames.get(0) + " images; keep one of them");
          }
        }
      }
    }
    return given.containsKey(Part.TRAIN) ? given : Map.of();
  }

  private static void requireClasses(Path classRoot, List<String> classes) {
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

  private static void requireKnownClasses(Path part, List<String> classes) {
    List<String> unknown = folders(part).stream().map(FolderLayout::name).filter(name -> !classes.contains(name))
        .toList();
    if (!unknown.isEmpty()) {
      throw new DataException(Kind.UNKNOWN_CLASS, part + ": class " + ImageFolder.first(unknown)
          + " is not among the training classes " + ImageFolder.first(classes)
          + "; add training images or remove the folder");
    }
  }

  private static void addFiles(Part part, Path folder, List<String> classes, List<ImageFile> files,
      List<String> warnings) {
    for (int label = 0; label < classes.size(); label++) {
      Path classFolder = folder.resolve(classes.get(label));
      List<Path> found = new ArrayList<>();
      if (Files.isDirectory(classFolder)) {
        collect(classFolder, new HashSet<>(), 0, found, warnings);
      }
      if (found.isEmpty() && part != Part.TRAIN) {
        warnings.add(folder + ": no images of class " + classes.get(label));
      }
      for (Path path : found) {
        files.add(new ImageFile(part, path, label));
      }
    }
  }

  private static void collect(Path folder, Set<Path> visited, int depth, List<Path> found, List<String> warnings) {
    if (depth > MAX_DEPTH || !visited.add(real(folder))) {
      warnings.add(folder + ": left out, as it was visited before (a link?) or lies deeper than " + MAX_DEPTH
          + " folders");
      return;
    }
    for (Path entry : entries(folder)) {
      if (Files.isDirectory(entry)) {
        collect(entry, visited, depth + 1, found, warnings);
      } else {
        found.add(entry);
      }
    }
  }

  private static void warnAboutLooseImages(Path folder, List<String> warnings) {
    List<String> loose = entries(folder).stream().filter(entry -> !Files.isDirectory(entry)).map(FolderLayout::name)
        .filter(name -> IMAGE_NAME.matcher(name).matches()).toList();
    if (!loose.isEmpty()) {
      warnings.add(folder + ": " + loose.size() + " images lie in no class folder and are not used: "
          + ImageFolder.first(loose));
    }
  }

  private static void warnAboutOtherFolders(Path root, Collection<Path> used, List<String> warnings) {
    List<String> unused = folders(root).stream().filter(folder -> !used.contains(folder)).map(FolderLayout::name)
        .toList();
    if (!unused.isEmpty()) {
      warnings.add(root + ": not used, as there is a train folder: " + ImageFolder.first(unused));
    }
  }

  private static List<Path> folders(Path folder) {
    return entries(folder).stream().filter(Files::isDirectory).toList();
  }

  /** Sorted by name, without what is hidden. */
  private static List<Path> entries(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path entry : stream) {
        String name = name(entry);
        if (!name.startsWith(".") && !LITTER.contains(name.toLowerCase(Locale.ROOT))) {
          entries.add(entry);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new DataException(Kind.UNREADABLE, folder + ": cannot be listed (" + e.getMessage()
          + "); may this user read it?", e);
    }
    entries.sort(Comparator.comparing(FolderLayout::name));
    return entries;
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw new DataException(Kind.UNREADABLE, folder + ": cannot be resolved (" + e.getMessage() + ")", e);
    }
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }
}
