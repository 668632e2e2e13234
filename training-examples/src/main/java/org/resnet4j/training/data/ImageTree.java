package org.resnet4j.training.data;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A file system with class folders of images, as {@link FolderLayout} and {@link ImageSet} need it: this machine's
 * ({@link LocalTree}) or another one, so that all of them are read by the same rules.
 *
 * @param <P> a file's or folder's path. Its order is that of the images; its text is what messages name.
 */
public interface ImageTree<P extends Comparable<? super P>> {

  /** What lies at a path. */
  enum Found { NOTHING, FILE, FOLDER }

  /**
   * The names of what lies directly in a folder, in any order.
   *
   * @param files all that aren't folders
   */
  record Entries(List<String> folders, List<String> files) { }

  /** Of folders and files that systems leave everywhere, in lower case. */
  Set<String> LITTER = Set.of("thumbs.db", "desktop.ini", "__macosx");

  /** Folders below a class folder that are gone down into. */
  int MAX_DEPTH = 32;

  /** Whether a file or folder is left out for its name: a hidden one, or litter. */
  static boolean isHidden(String name) {
    return name.startsWith(".") || LITTER.contains(name.toLowerCase(Locale.ROOT));
  }

  /** @throws DataException of kind UNREADABLE, as all methods here throw it where the file system refuses */
  Found find(P path);

  /** The folder or file of that name in a folder. */
  P child(P folder, String name);

  /** The hidden ones, too. */
  Entries entries(P folder);

  /**
   * The files in and below each class folder, without the hidden ones and what is in hidden folders.
   *
   * @param folder of a part
   * @param classes class folders in it, some of which may be missing
   * @param warnings takes a sentence for what was left out
   */
  Map<String, List<P>> files(P folder, List<String> classes, List<String> warnings);

  /** Decodes and hashes files; the results are in their order. */
  List<CheckedImage> check(List<P> files, FolderOptions options);
}
