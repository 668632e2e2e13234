package org.resnet4j.modelimport.tensorflow;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unreadable;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

/** Finds the checkpoint that a user names by its prefix, one of its files, or its folder. */
final class CheckpointFiles {
  private static final String STATE = "checkpoint";
  private static final int LARGEST_STATE = 1 << 20;
  /** No part runs over a line's end, so that matching takes linear time. */
  private static final Pattern NEWEST =
      Pattern.compile("(?m)^[ \\t]*+model_checkpoint_path[ \\t]*+:[ \\t]*+\"([^\"\\r\\n]++)\"[ \\t]*+$");
  private static final Pattern SHARD = Pattern.compile("-\\d{5}-of-\\d{5}$");
  private static final Pattern SUFFIX = Pattern.compile("\\.(?:index|meta|data-\\d{5}-of-\\d{5})$");

  private CheckpointFiles() {}

  static TensorTable open(Path path) {
    Path prefix = prefix(path);
    Path index = prefix.resolveSibling(prefix.getFileName() + Bundle.INDEX);
    if (Files.exists(index)) {
      return new Bundle(prefix);
    }
    if (Files.exists(prefix)) {
      return new SliceTable(RegularFile.at(prefix));
    }
    String sibling = sibling(prefix);
    if (sibling == null) {
      throw new Unreadable("", "a TensorFlow checkpoint", "neither " + index.getFileName() + " nor "
          + prefix.getFileName(), null);
    }
    if (SHARD.matcher(sibling).find() && !sibling.contains(".data-")) {
      throw new WrongFormat("", "a checkpoint of the newer format, or of the older one in a single file",
          "the older one in several, such as " + sibling, "Restore it in TensorFlow and save it without sharding.");
    }
    throw new Incomplete("", "the file " + index.getFileName(), "only others, such as " + sibling,
        "Put the index and all data files of the checkpoint into one folder.");
  }

  private static Path prefix(Path path) {
    if (Files.isDirectory(path)) {
      return newest(path);
    }
    Path name = path.getFileName();
    if (name == null) {
      throw new Unreadable("", "a checkpoint's path", "none", null);
    }
    if (name.toString().equals(STATE) && Files.isRegularFile(path)
        && RegularFile.at(path).size() <= LARGEST_STATE && NEWEST.matcher(text(path)).find()) {
      return newest(path.toAbsolutePath().getParent());
    }
    return path.resolveSibling(SUFFIX.matcher(name.toString()).replaceFirst(""));
  }

  /** The checkpoint that a folder's file {@code checkpoint} names; it lies beside that file, whatever path is given. */
  private static Path newest(Path folder) {
    Path state = folder.resolve(STATE);
    if (!Files.exists(state)) {
      throw new Incomplete("", "a file named checkpoint in the folder", "none",
          "Name the checkpoint's prefix, such as model.ckpt-1234, or its .index file.");
    }
    if (RegularFile.at(state).size() > LARGEST_STATE) {
      throw new TooLarge(STATE, "at most " + LARGEST_STATE + " bytes", "more");
    }
    Matcher matcher = NEWEST.matcher(text(state));
    if (!matcher.find()) {
      throw new Damaged(STATE, "a line with model_checkpoint_path", "none", null);
    }
    String named = matcher.group(1);
    String last = named.substring(Math.max(named.lastIndexOf('/'), named.lastIndexOf('\\')) + 1);
    if (last.isEmpty() || last.equals(".") || last.equals("..")) {
      throw new Damaged(STATE, "a checkpoint's name", quote(named), null);
    }
    try {
      return folder.resolve(last);
    } catch (InvalidPathException e) {
      throw new Damaged(STATE, "a checkpoint's name", quote(named), e);
    }
  }

  /** Bytes that aren't UTF-8 only matter within the name, which then isn't found. */
  private static String text(Path path) {
    RegularFile file = RegularFile.at(path);
    return new String(file.read(0, (int) Math.min(LARGEST_STATE, file.size())), StandardCharsets.UTF_8);
  }

  private static String sibling(Path prefix) {
    Path folder = prefix.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return null;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix.getFileName() + ".") || name.startsWith(prefix.getFileName() + "-0"))
          .sorted().findFirst().orElse(null);
    } catch (IOException e) {
      throw new Unreadable("", "a folder that can be listed", e.toString(), e).in(folder);
    }
  }
}
