package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;
import org.resnet4j.modelimport.pytorch.Pickled.Tensor;

/**
 * The format since PyTorch 1.6: a zip of stored entries, all in one folder (usually {@code archive}): {@code data.pkl},
 * {@code data/0} and on, {@code byteorder}.
 *
 * <p>The JDK's reader: it keeps a zip's directory as the bytes that it is, which bounds memory by the file's length.
 */
final class ZipStorages implements Storages {
  private static final int MOST_ENTRIES = 200_000;
  static final String PICKLE = "data.pkl";

  private final ZipFile zip;
  private final long fileLength;
  private final String folder;
  private final ByteOrder order;
  private final Map<String, Tensor> tensors;

  ZipStorages(Path path) throws IOException {
    fileLength = Files.size(path);
    try {
      zip = new ZipFile(path.toFile());
    } catch (ZipException | IllegalArgumentException e) {
      throw notZip(e);
    }
    try {
      folder = findFolder();
      refuseScript();
      order = readOrder();
      tensors = readTensors();
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  /** Whether it is a zip whose directory names a pickle. */
  static boolean holdsPickle(Path path) throws IOException {
    try (ZipFile zip = new ZipFile(path.toFile())) {
      return zip.stream().anyMatch(entry -> isPickle(entry.getName()));
    } catch (ZipException | IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isPickle(String name) {
    return name.equals(PICKLE) || name.endsWith("/" + PICKLE);
  }

  private String findFolder() {
    if (zip.size() > MOST_ENTRIES) {
      throw new TooLarge("the zip", "at most " + MOST_ENTRIES + " entries", String.valueOf(zip.size()));
    }
    Set<String> names = new HashSet<>();
    try {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (!names.add(entry.getName())) {
          throw new Damaged(quote(entry.getName()), "one entry of the name", "two", null);
        }
      }
    } catch (IllegalArgumentException e) {
      // The JDK decodes a name when it is asked for.
      throw notZip(e);
    }
    List<String> pickles = names.stream().filter(ZipStorages::isPickle).toList();
    if (pickles.size() != 1) {
      throw new WrongFormat("the zip", "one entry " + PICKLE + ", as torch.save writes it",
          pickles.size() + " among " + names.size() + " entries", PyTorchFile.REMEDY);
    }
    return pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
  }

  private static Damaged notZip(Exception e) {
    return new Damaged("", "a zip", quote(String.valueOf(e.getMessage())), e);
  }

  private void refuseScript() {
    if (zip.getEntry(folder + "constants.pkl") != null) {
      throw new WrongFormat("the zip", "a state dict or a module", "a TorchScript program",
          "In PyTorch: torch.save(torch.jit.load(file).state_dict(), other_file).");
    }
  }

  private ByteOrder readOrder() throws IOException {
    ZipEntry entry = zip.getEntry(folder + "byteorder");
    if (entry == null) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    try (InputStream in = open(entry)) {
      String order = new String(in.readNBytes(16), StandardCharsets.US_ASCII);
      return switch (order) {
        case "little" -> ByteOrder.LITTLE_ENDIAN;
        case "big" -> ByteOrder.BIG_ENDIAN;
        default -> throw new Damaged("byteorder", "little or big", quote(order), null);
      };
    }
  }

  private Map<String, Tensor> readTensors() throws IOException {
    try (InputStream in = new BufferedInputStream(open(zip.getEntry(folder + PICKLE)))) {
      PickleInput input = new PickleInput(PICKLE, in);
      TorchCalls calls = new TorchCalls();
      Object root = new Unpickler(input, calls).load();
      if (!input.atEnd()) {
        throw input.damaged("nothing after the pickle", "more");
      }
      return StateDict.find(PICKLE, root, calls.foreign());
    }
  }

  /** A stored entry whose bytes the file can have. */
  private InputStream open(ZipEntry entry) throws IOException {
    if (entry.getMethod() != ZipEntry.STORED) {
      throw new WrongFormat(quote(entry.getName()), "an entry that is stored, as torch.save writes it",
          "a compressed one", "Load and save it again in PyTorch, or unpack it and zip it uncompressed (zip -0).");
    }
    if (entry.getSize() < 0 || entry.getSize() > fileLength || entry.getCompressedSize() != entry.getSize()) {
      throw new Damaged(quote(entry.getName()), "an entry within the file's " + fileLength + " bytes",
          entry.getSize() + " bytes, " + entry.getCompressedSize() + " of them stored", null);
    }
    try {
      return zip.getInputStream(entry);
    } catch (ZipException e) {
      throw new Damaged(quote(entry.getName()), "a zip entry", quote(String.valueOf(e.getMessage())), e);
    }
  }

  @Override
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  @Override
  public long length(String key) {
    ZipEntry entry = zip.getEntry(folder + "data/" + key);
    return entry == null ? -1 : Math.min(entry.getSize(), fileLength);
  }

  @Override
  public InputStream open(String key, long position) throws IOException {
    InputStream in = open(zip.getEntry(folder + "data/" + key));
    try {
      in.skipNBytes(position);
      return in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public ByteOrder order() {
    return order;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
