package org.resnet4j.spark.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.Datasets;
import org.resnet4j.training.data.Hashed;
import org.resnet4j.training.data.ImageSet;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.OnBadImage;
import org.resnet4j.training.data.Part;

/**
 * Opens class folders and packed sets on any Hadoop file system, by the rules of {@link Datasets} on one machine: a
 * folder gives the same classes, order, held-out images and fingerprint here as there. A packed set has an order of its
 * own; it was checked when it was packed, and isn't decoded again.
 *
 * <p>The sources are serializable; to an executor goes the list of the images, not what it takes to read them.
 */
public final class HadoopDatasets {
  private static final String UNDERSTOOD = "Understood are: a folder with a sub-folder of images a class, or with train,"
      + " val and test, each with those; and what the command pack makes of such a folder";

  private final HadoopAccess access;
  private final HadoopTree.Checks checks;

  private HadoopDatasets(HadoopAccess access, HadoopTree.Checks checks) {
    this.access = access;
    this.checks = checks;
  }

  /**
   * Opens in this process: a folder's images are checked by its threads.
   *
   * @throws DataException if it can't be reached, isn't understood, was packed in part, or can't be trained on
   */
  public static Dataset open(URI data, DatasetOptions options, Configuration configuration) {
    HadoopAccess access = new HadoopAccess(configuration);
    return new HadoopDatasets(access, ClusterChecks.onDriver(access)).open(new Path(data), options);
  }

  /** The same with the cluster's settings; a folder's images are checked by its executors. */
  public static Dataset open(URI data, DatasetOptions options, JavaSparkContext spark) {
    HadoopAccess access = new HadoopAccess(spark.hadoopConfiguration());
    return new HadoopDatasets(access, ClusterChecks.onExecutors(access, spark)).open(new Path(data), options);
  }

  private Dataset open(Path data, DatasetOptions options) {
    access.require(data);
    Path root = access.qualified(data);
    return packIndex(root, access, UNDERSTOOD).map(index -> packed(root, index, options))
        .orElseGet(() -> folder(root, options));
  }

  /**
   * What is in a packed set, all of whose files are there; empty for another folder.
   *
   * @param understood the sentence that says what may be there, without a full stop
   * @throws DataException if there is no folder, or a set that isn't whole
   */
  static Optional<PackIndex> packIndex(Path root, HadoopAccess access, String understood) {
    try {
      FileSystem files = access.fileSystem(root);
      if (files.getFileStatus(root).isFile()) {
        throw new DataException(Kind.UNKNOWN_DATA, root + ": a file, expected a folder. " + understood + ".");
      }
      Path file = new Path(root, PackIndex.FILE);
      if (files.exists(file)) {
        PackIndex index = read(file, access);
        checkFiles(root, index, access);
        return Optional.of(index);
      }
      if (files.exists(new Path(root, PackIndex.UNFINISHED))) {
        throw new DataException(Kind.BAD_FILE, root + ": this set was not packed to the end; wait for it if that is"
            + " still going on, else delete the folder and pack again");
      }
      return Optional.empty();
    } catch (FileNotFoundException e) {
      throw new DataException(Kind.UNKNOWN_DATA, root + ": no such folder. " + understood + ".", e);
    } catch (IOException | IllegalArgumentException e) {
      throw HadoopAccess.unreachable(root, e);
    }
  }

  private Dataset folder(Path root, DatasetOptions options) {
    ImageSet<HadoopFile> images;
    try {
      images = ImageSet.open(new HadoopTree(access, checks), HadoopFile.root(root), options.folder());
    } catch (DataException e) {
      if (e.kind() == Kind.NO_CLASSES) {
        throw new DataException(Kind.UNKNOWN_DATA, e.getMessage() + ". " + UNDERSTOOD + "; Parquet files give no image"
            + " by itself: pack them first.", e);
      }
      throw e;
    }
    if (options.onBadImage() == OnBadImage.QUARANTINE && !images.bad().isEmpty()) {
      throw new DataException(Kind.BAD_IMAGE, root + ": " + images.bad().size() + " images can't be used, such as "
          + images.bad().get(0).file() + ": " + images.bad().get(0).reason() + "; they are put into quarantine only on"
          + " one machine: choose to skip them here");
    }
    return images.dataset(root, root.getName(), part -> HadoopImages.of(root.toString(), part, access));
  }

  private Dataset packed(Path root, PackIndex index, DatasetOptions options) {
    PackedImages images = new PackedImages(root, index, access);
    Map<Part, List<Hashed<PackedImage>>> parts = new EnumMap<>(Part.class);
    int image = 0;
    for (PackFile data : index.files()) {
      List<Hashed<PackedImage>> ofPart = parts.computeIfAbsent(data.part(), part -> new ArrayList<>());
      for (int end = image + data.images(); image < end; image++) {
        int at = PackIndex.HASH_BYTES * image;
        ofPart.add(new Hashed<>(new PackedImage(image, images), images.label(image),
            HexFormat.of().formatHex(index.hashes(), at, at + PackIndex.HASH_BYTES)));
      }
    }
    Set<Part> given = EnumSet.noneOf(Part.class);
    given.addAll(parts.keySet());
    return ImageSet.of(root, index.classes(), given, parts, List.of(), List.of(), options.folder())
        .dataset(root, root.getName(), part -> select(images, part));
  }

  private static ImageSource select(PackedImages images, List<Hashed<PackedImage>> part) {
    return images.selected(part.stream().mapToInt(image -> image.image().index()).toArray());
  }

  private static PackIndex read(Path file, HadoopAccess access) throws IOException {
    FileSystem files = access.forReading(file);
    try (InputStream in = files.open(file)) {
      return PackIndexFormat.read(in, files.getFileStatus(file).getLen(), file.toString());
    } catch (ChecksumException e) {
      throw new DataException(Kind.BAD_FILE, file + ": the index is damaged, as the file system's own checksums tell;"
          + " copy the whole folder again, or pack the images again", e);
    }
  }

  /** One listing tells whether all files are there as a whole. */
  private static void checkFiles(Path root, PackIndex index, HadoopAccess access) throws IOException {
    Map<String, Long> found = new HashMap<>();
    for (FileStatus status : access.fileSystem(root).listStatus(root)) {
      found.put(status.getPath().getName(), status.getLen());
    }
    for (PackFile file : index.files()) {
      Long bytes = found.get(file.name());
      if (bytes == null || bytes != file.bytes()) {
        throw new DataException(Kind.BAD_FILE, HadoopFile.of(root.toString(), file.name()) + ": "
            + (bytes == null ? "missing" : "has " + bytes + " bytes") + ", expected " + file.bytes()
            + " bytes; copy the whole folder again, or pack the images again");
      }
    }
  }

  /** In the set's order; its name is looked up when a message needs it. */
  private record PackedImage(int index, PackedImages images) implements Comparable<PackedImage> {
    @Override
    public int compareTo(PackedImage other) {
      return Integer.compare(index, other.index);
    }

    @Override
    public String toString() {
      return images.name(index);
    }
  }
}
