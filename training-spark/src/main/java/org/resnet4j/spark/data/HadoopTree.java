package org.resnet4j.spark.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.resnet4j.training.data.CheckedImage;
import org.resnet4j.training.data.FolderOptions;
import org.resnet4j.training.data.ImageTree;
import org.resnet4j.training.data.LocalTree;

/**
 * Class folders on any Hadoop file system.
 *
 * <p>A part's images are listed by a single recursive call, which an object store answers a thousand at a time; class
 * folders are listed by themselves, for the sake of empty ones. This machine's own files are listed as
 * {@link LocalTree} lists them: their folders may have links, which Hadoop would follow in circles.
 */
final class HadoopTree implements ImageTree<HadoopFile> {
  /** Who decodes. */
  interface Checks {
    List<CheckedImage> check(List<HadoopFile> files, FolderOptions options);
  }

  private final HadoopAccess access;
  private final Checks checks;
  private final LocalTree local = new LocalTree();

  HadoopTree(HadoopAccess access, Checks checks) {
    this.access = access;
    this.checks = checks;
  }

  @Override
  public Found find(HadoopFile file) {
    Path path = file.hadoopPath();
    try {
      return access.fileSystem(path).getFileStatus(path).isDirectory() ? Found.FOLDER : Found.FILE;
    } catch (FileNotFoundException e) {
      return Found.NOTHING;
    } catch (IOException | IllegalArgumentException e) {
      throw HadoopAccess.unreachable(path, e);
    }
  }

  @Override
  public HadoopFile child(HadoopFile folder, String name) {
    return folder.child(name, 0);
  }

  @Override
  public Entries entries(HadoopFile folder) {
    Path path = folder.hadoopPath();
    if (HadoopAccess.isLocal(path)) {
      return local.entries(HadoopAccess.local(path));
    }
    Entries entries = new Entries(new ArrayList<>(), new ArrayList<>());
    try {
      RemoteIterator<FileStatus> statuses = access.fileSystem(path).listStatusIterator(path);
      while (statuses.hasNext()) {
        FileStatus status = statuses.next();
        (status.isDirectory() ? entries.folders() : entries.files()).add(status.getPath().getName());
      }
    } catch (IOException e) {
      throw HadoopAccess.unreachable(path, e);
    }
    return entries;
  }

  @Override
  public Map<String, List<HadoopFile>> files(HadoopFile folder, List<String> classes, List<String> warnings) {
    if (HadoopAccess.isLocal(folder.hadoopPath())) {
      return localFiles(folder, classes, warnings);
    }
    Map<String, List<HadoopFile>> files = new HashMap<>();
    classes.forEach(name -> files.put(name, new ArrayList<>()));
    new Listing(folder, names -> names.length < 2 ? null : files.get(names[0]), warnings).run();
    files.values().forEach(list -> list.sort(null));
    return files;
  }

  /**
   * The files in and below a folder, sorted, without the hidden ones and what is in hidden folders.
   *
   * @param warnings takes a sentence for what was left out
   */
  List<HadoopFile> files(HadoopFile folder, List<String> warnings) {
    Path path = folder.hadoopPath();
    if (HadoopAccess.isLocal(path)) {
      java.nio.file.Path root = HadoopAccess.local(path);
      return children(folder, root, local.files(root, warnings)).stream().sorted().toList();
    }
    List<HadoopFile> files = new ArrayList<>();
    new Listing(folder, names -> files, warnings).run();
    files.sort(null);
    return files;
  }

  private static List<HadoopFile> children(HadoopFile folder, java.nio.file.Path root,
      List<java.nio.file.Path> paths) {
    return paths.stream().map(path -> folder.child(root.relativize(path).toString(), size(path))).toList();
  }

  private Map<String, List<HadoopFile>> localFiles(HadoopFile folder, List<String> classes, List<String> warnings) {
    java.nio.file.Path root = HadoopAccess.local(folder.hadoopPath());
    Map<String, List<HadoopFile>> files = new HashMap<>();
    local.files(root, classes, warnings).forEach((name, paths) -> files.put(name, children(folder, root, paths)));
    return files;
  }

  /** 0 for what can't be read: the check says why. */
  private static long size(java.nio.file.Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public List<CheckedImage> check(List<HadoopFile> files, FolderOptions options) {
    return checks.check(files, options);
  }

  /** All files below a folder, one after another: at no time is more kept of them than their names and lengths. */
  private final class Listing {
    private final HadoopFile folder;
    /** Where a file of these folders and name goes; null for nowhere. */
    private final Function<String[], List<HadoopFile>> list;
    private final List<String> warnings;
    private int tooDeep;

    Listing(HadoopFile folder, Function<String[], List<HadoopFile>> list, List<String> warnings) {
      this.folder = folder;
      this.list = list;
      this.warnings = warnings;
    }

    void run() {
      Path path = folder.hadoopPath();
      int prefix = path.toUri().getPath().length() + (path.isRoot() ? 0 : 1);
      try {
        RemoteIterator<LocatedFileStatus> statuses = access.fileSystem(path).listFiles(path, true);
        while (statuses.hasNext()) {
          LocatedFileStatus status = statuses.next();
          add(status.getPath().toUri().getPath().substring(prefix), status.getLen());
        }
      } catch (IOException e) {
        throw HadoopAccess.unreachable(path, e);
      }
      if (tooDeep > 0) {
        warnings.add(folder + ": " + tooDeep + " files were left out, as they lie deeper than " + MAX_DEPTH
            + " folders");
      }
    }

    private void add(String path, long bytes) {
      String[] names = path.split("/");
      List<HadoopFile> files = list.apply(names);
      if (files == null || Arrays.stream(names).anyMatch(ImageTree::isHidden)) {
        return;
      }
      if (names.length - 2 > MAX_DEPTH) {
        tooDeep++;
      } else {
        files.add(folder.child(path, bytes));
      }
    }
  }
}
