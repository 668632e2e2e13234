package org.resnet4j.spark.data;

import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.Path;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.Datasets;

/**
 * The images of a packed set, of all its parts: each is read by itself from the middle of a sequence file, and compared
 * with its checksum.
 */
public final class PackedImages implements EncodedImages {
  private static final long serialVersionUID = 1L;

  private final String root;
  private final String[] files;
  private final int[] starts;
  private final PackRecords records;
  private final HadoopAccess access;
  private transient Streams streams = new Streams();

  PackedImages(Path root, PackIndex index, HadoopAccess access) {
    this.root = root.toString();
    this.access = access;
    files = index.files().stream().map(PackFile::name).toArray(String[]::new);
    starts = PackRecords.starts(index.files());
    records = index.records();
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    streams = new Streams();
  }

  @Override
  public int size() {
    return records.size();
  }

  @Override
  public int label(int image) {
    return records.labels()[image];
  }

  /** As it was called when it was packed: its path below the folder, or what a table's column said. */
  @Override
  public String name(int image) {
    return records.names().get(image);
  }

  /** @throws DataException if the file isn't what was packed any more */
  @Override
  public byte[] content(int image) {
    Path file = file(image);
    byte[] content = new byte[records.lengths()[image]];
    try {
      streams.read(access.forReading(file), file, records.positions()[image], content);
    } catch (EOFException | ChecksumException e) {
      throw changed(image, e);
    } catch (IOException e) {
      throw HadoopAccess.unreachable(file, e);
    }
    CRC32C checksum = new CRC32C();
    checksum.update(content);
    if ((int) checksum.getValue() != records.checksums()[image]) {
      throw changed(image, null);
    }
    return content;
  }

  /** All images of a file but the last one's are followed by another's: files are never empty. */
  private Path file(int image) {
    int found = Arrays.binarySearch(starts, image);
    return HadoopFile.of(root, files[found >= 0 ? found : -found - 2]);
  }

  private DataException changed(int image, IOException cause) {
    return new DataException(Kind.BAD_FILE, file(image) + ": " + name(image) + ", at byte "
        + records.positions()[image] + ", is not what was packed: the file was damaged or exchanged; copy the whole"
        + " folder again, or pack the images again", cause);
  }

  @Override
  public BufferedImage image(int image) {
    return Datasets.decoder().decode(content(image), name(image));
  }
}
