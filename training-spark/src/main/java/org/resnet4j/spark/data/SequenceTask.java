package org.resnet4j.spark.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.SequenceFile;
import org.apache.hadoop.io.Text;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.CheckedImage;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;

/**
 * Writes one sequence file: the key is the class, a tab and the image's name, as Text; the value the image's bytes, as
 * BytesWritable. Records aren't compressed, since images are, so that an image's bytes stand in the file as they are.
 *
 * <p>Each attempt writes a file of its own name, and leaves it where it is: the index, written when all is done, says
 * which attempts count. Nothing large is ever renamed, for an object store copies what it renames.
 */
record SequenceTask(String folder, List<String> classes, Broadcast<Names> names, Broadcast<int[]> labels,
                    Broadcast<HadoopAccess> access) implements PackSource.FileTask<PackedPart> {

  @Override
  public Iterator<PackedPart> run(PlannedFile planned, IntFunction<byte[]> contents) {
    String name = String.format(Locale.ROOT, "%s-%05d-%d.seq", planned.part().folderNames().get(0), planned.number(),
        TaskContext.get().taskAttemptId());
    Path path = HadoopFile.of(folder, name);
    FileSystem files = access.value().fileSystem(path);
    Columns columns = new Columns();
    try {
      try (SequenceFile.Writer writer = SequenceFile.createWriter(access.value().configuration(),
          SequenceFile.Writer.file(path), SequenceFile.Writer.keyClass(Text.class),
          SequenceFile.Writer.valueClass(BytesWritable.class),
          SequenceFile.Writer.compression(SequenceFile.CompressionType.NONE))) {
        for (int image : planned.images()) {
          pack(image, contents, writer, columns);
        }
      }
      PackFile file = new PackFile(name, planned.part(), files.getFileStatus(path).getLen(), columns.labels.size());
      return List.of(columns.part(file)).iterator();
    } catch (IOException e) {
      throw PackOutput.unwritable(path, e);
    }
  }

  private void pack(int image, IntFunction<byte[]> contents, SequenceFile.Writer writer, Columns columns)
      throws IOException {
    String name = names.value().get(image);
    byte[] content;
    try {
      content = contents.apply(image);
    } catch (ImageException e) {
      columns.bad.add(new BadImage(name, e.reason()));
      return;
    }
    CheckedImage checked = CheckedImage.of(content, name, ImageDecoder.DEFAULT);
    if (!checked.isGood()) {
      columns.bad.add(checked.bad());
      return;
    }
    int label = labels.value()[image];
    writer.append(new Text(classes.get(label) + "\t" + name), new BytesWritable(content));
    // A record ends with its value, and the value with the content.
    columns.add(name, label, writer.getLength() - content.length, content, checked.hash());
  }

  /** What becomes {@link PackRecords}. */
  private static final class Columns {
    private final List<String> names = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();
    private final List<Long> positions = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();
    private final List<Integer> checksums = new ArrayList<>();
    private final ByteArrayOutputStream hashes = new ByteArrayOutputStream();
    private final List<BadImage> bad = new ArrayList<>();

    void add(String name, int label, long position, byte[] content, String hash) {
      CRC32C checksum = new CRC32C();
      checksum.update(content);
      names.add(name);
      labels.add(label);
      positions.add(position);
      lengths.add(content.length);
      checksums.add((int) checksum.getValue());
      hashes.writeBytes(HexFormat.of().parseHex(hash));
    }

    PackedPart part(PackFile file) {
      return new PackedPart(file, new PackRecords(Names.of(names), ints(labels),
          positions.stream().mapToLong(Long::longValue).toArray(), ints(lengths), ints(checksums)),
          hashes.toByteArray(), List.copyOf(bad));
    }

    private static int[] ints(List<Integer> values) {
      return values.stream().mapToInt(Integer::intValue).toArray();
    }
  }
}
