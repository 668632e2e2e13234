package org.resnet4j.training.data;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.zoo.image.ImageException;

/** This machine's files. Links are followed, each real folder once a class. */
public final class LocalTree implements ImageTree<Path> {
  @Override
  public Found find(Path path) {
    return Files.isDirectory(path) ? Found.FOLDER : Files.exists(path) ? Found.FILE : Found.NOTHING;
  }

  @Override
  public Path child(Path folder, String name) {
    return folder.resolve(name);
  }

  @Override
  public Entries entries(Path folder) {
    Entries entries = new Entries(new ArrayList<>(), new ArrayList<>());
    for (Path entry : list(folder)) {
      (Files.isDirectory(entry) ? entries.folders() : entries.files()).add(name(entry));
    }
    return entries;
  }

  @Override
  public Map<String, List<Path>> files(Path folder, List<String> classes, List<String> warnings) {
    Map<String, List<Path>> files = new HashMap<>();
    for (String name : classes) {
      Path classFolder = folder.resolve(name);
      files.put(name, Files.isDirectory(classFolder) ? files(classFolder, warnings) : List.of());
    }
    return files;
  }

  /**
   * The files in and below a folder, without the hidden ones and what is in hidden folders.
   *
   * @param warnings takes a sentence for what was left out
   */
  public List<Path> files(Path folder, List<String> warnings) {
    List<Path> found = new ArrayList<>();
    collect(folder, new HashSet<>(), 0, found, warnings);
    return found;
  }

  private static void collect(Path folder, Set<Path> visited, int depth, List<Path> found, List<String> warnings) {
    if (depth > MAX_DEPTH || !visited.add(real(folder))) {
      warnings.add(folder + ": left out, as it was visited before (a link?) or lies deeper than " + MAX_DEPTH
          + " folders");
      return;
    }
    for (Path entry : list(folder)) {
      if (ImageTree.isHidden(name(entry))) {
        continue;
      }
      if (Files.isDirectory(entry)) {
        collect(entry, visited, depth + 1, found, warnings);
      } else {
        found.add(entry);
      }
    }
  }

  @Override
  public List<CheckedImage> check(List<Path> files, FolderOptions options) {
    return ImageScan.run(files, file -> check(file, options), options);
  }

  private static CheckedImage check(Path file, FolderOptions options) {
    byte[] content;
    try {
      content = options.decoder().readBytes(file);
    } catch (ImageException e) {
      return CheckedImage.bad(file.toString(), e);
    }
    return CheckedImage.of(content, file.toString(), options.decoder());
  }

  /** Sorted by name. */
  private static List<Path> list(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (IOException | DirectoryIteratorException e) {
      throw new DataException(Kind.UNREADABLE, folder + ": cannot be listed (" + e.getMessage()
          + "); may this user read it?", e);
    }
    entries.sort(Comparator.comparing(LocalTree::name));
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
