package org.resnet4j.modelimport.tensorflow;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;
import org.resnet4j.zoo.weights.ElementType;

/**
 * The newer format (V2): {@code PREFIX.index} is a {@link SortedTable} of {@code BundleEntryProto}s, the first a {@code
 * BundleHeaderProto}; {@code PREFIX.data-00000-of-00001} and its siblings hold the elements.
 */
final class Bundle implements TensorTable {
  static final String INDEX = ".index";
  private static final int LARGEST_INDEX = 1 << 26;
  private static final int MOST_SHARDS = 100_000;

  private final Path prefix;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, Place> places = new LinkedHashMap<>();
  /** By {@link TensorSlice#key}. */
  private final Map<ByteBuffer, Stored> slices = new LinkedHashMap<>();
  private final Map<Integer, RegularFile> shards = new TreeMap<>();
  private int shardCount;
  private int sliceCount;

  /** Where elements lie. */
  private record Place(int shard, long offset, long size, int checksum) {
    long end() {
      return offset + size;
    }
  }

  private record Stored(StoredTensor tensor, Place place) {}

  /** Reads the index and looks at every shard that it names. */
  Bundle(Path prefix) {
    this.prefix = prefix;
    RegularFile index = RegularFile.at(path(INDEX));
    if (index.size() > LARGEST_INDEX) {
      throw new TooLarge("", "an index of at most " + LARGEST_INDEX + " bytes", String.valueOf(index.size()));
    }
    new SortedTable(index).forEach(entry -> {
      if (entry.key().length == 0) {
        readHeader(entry.value());
      } else {
        readEntry(entry);
      }
    });
    if (shardCount == 0) {
      throw new Damaged("", "a header with the number of shards", "none", null);
    }
    checkSlices();
    checkPlaces();
  }

  private Path path(String suffix) {
    return prefix.resolveSibling(prefix.getFileName() + suffix);
  }

  private void readHeader(ByteBuffer message) {
    Field.forEach("the header", message, field -> {
      switch (field.number()) {
        case 1 -> shardCount = (int) field.below(MOST_SHARDS);
        case 2 -> {
          if (field.varint() != 0) {
            throw new WrongFormat("the header", "little-endian tensors", "big-endian ones",
                "Save the checkpoint on a little-endian machine.");
          }
        }
        default -> { }
      }
    });
  }

  private void readEntry(SortedTable.Entry entry) {
    boolean slice = entry.key()[0] == 0;
    String name = slice ? "a slice" : Field.text("the index", ByteBuffer.wrap(entry.key()));
    String object = slice ? name : quote(name);
    int[] type = {0};
    int[] shard = {0};
    int[] checksum = {0};
    long[] offset = {0};
    long[] size = {0};
    long[][] shape = {{}};
    List<TensorSlice> parts = new ArrayList<>();
    Field.forEach(object, entry.value(), field -> {
      switch (field.number()) {
        case 1 -> type[0] = (int) field.below(Integer.MAX_VALUE);
        case 2 -> shape[0] = StoredTensor.parseShape(object, field.contents());
        case 3 -> shard[0] = (int) field.below(Math.max(1, shardCount));
        case 4 -> offset[0] = field.below(Long.MAX_VALUE);
        case 5 -> size[0] = field.below(Long.MAX_VALUE);
        case 6 -> checksum[0] = field.fixed32();
        case 7 -> StoredTensor.addSlice(object, parts, field.contents());
        default -> { }
      }
    });
    StoredTensor tensor = new StoredTensor(name, type[0], shape[0], List.copyOf(parts));
    sliceCount = StoredTensor.addSlices(sliceCount, tensor);
    Place place = new Place(shard[0], offset[0], size[0], checksum[0]);
    if (parts.isEmpty()) {
      checkSize(object, tensor, place);
    }
    if (slice) {
      slices.put(ByteBuffer.wrap(entry.key()), new Stored(tensor, place));
    } else {
      tensors.put(name, tensor);
      places.put(name, place);
    }
  }

  private static void checkSize(String object, StoredTensor tensor, Place place) {
    ElementType type = tensor.type();
    if (type != null && place.size != StoredTensor.length(tensor.shape()) * type.bytes()) {
      throw new Damaged(object, StoredTensor.length(tensor.shape()) + " elements of " + type, place.size + " bytes",
          null);
    }
  }

  /** A sliced variable's own entry only lists its slices. */
  private void checkSlices() {
    int listed = 0;
    for (StoredTensor tensor : tensors.values()) {
      for (TensorSlice slice : tensor.slices()) {
        listed++;
        Stored found = slices.get(ByteBuffer.wrap(slice.key(tensor.name())));
        if (found == null) {
          throw new Damaged(quote(tensor.name()), "each slice in the index", "one missing", null);
        }
        if (found.tensor.typeNumber() != tensor.typeNumber() || !found.tensor.slices().isEmpty()
            || !Arrays.equals(found.tensor.shape(), slice.shape(tensor.shape()))) {
          throw new Damaged(quote(tensor.name()), "slices of its type and shape", "another", null);
        }
      }
    }
    if (listed != slices.size()) {
      throw new Damaged("the index", listed + " slices", String.valueOf(slices.size()), null);
    }
  }

  /** Elements lie within their shard and nowhere twice. */
  private void checkPlaces() {
    List<Stored> all = new ArrayList<>();
    tensors.values().stream().filter(tensor -> tensor.slices().isEmpty())
        .forEach(tensor -> all.add(new Stored(tensor, places.get(tensor.name()))));
    all.addAll(slices.values());
    all.sort(Comparator.comparing(Stored::place, Comparator.comparingInt(Place::shard)
        .thenComparingLong(Place::offset).thenComparingLong(Place::size)));
    long end = 0;
    int shard = -1;
    for (Stored stored : all) {
      Place place = stored.place;
      if (place.shard != shard) {
        shard = place.shard;
        end = 0;
      }
      long size = shards.computeIfAbsent(shard, this::shard).size();
      if (place.offset < end || place.offset > size || place.size > size - place.offset) {
        throw new Damaged(quote(stored.tensor.name()), "bytes of its own, from " + end + " to " + size + " of "
            + shards.get(shard).path().getFileName(), place.size + " from " + place.offset
            + " (a shard that is cut short or another checkpoint's)", null);
      }
      end = place.end();
    }
  }

  private RegularFile shard(int number) {
    Path path = path(".data-%05d-of-%05d".formatted(number, shardCount));
    if (!Files.exists(path)) {
      throw new Incomplete("", "its data in " + path.getFileName(), "no such file",
          "Put all " + shardCount + " data files beside the index.");
    }
    return RegularFile.at(path);
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public Elements open(StoredTensor tensor, TensorSlice slice) throws IOException {
    Place place = slice == null ? places.get(tensor.name())
        : slices.get(ByteBuffer.wrap(slice.key(tensor.name()))).place;
    RegularFile file = shards.get(place.shard);
    FileChannel channel = file.open();
    Checksum checksum = new Checksum();
    return new Elements() {
      private long position = place.offset;

      @Override
      public ByteBuffer next(int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count * tensor.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        RegularFile.readFully(channel, bytes, position);
        position += bytes.capacity();
        checksum.update(bytes.flip());
        return bytes.rewind();
      }

      @Override
      public void finish() {
        if (position != place.end() || checksum.masked() != place.checksum) {
          throw new Damaged(quote(tensor.name()), "the checksum that the index has of it",
              "another in " + file.path().getFileName() + " (damaged, or another checkpoint's)", null);
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }
}
