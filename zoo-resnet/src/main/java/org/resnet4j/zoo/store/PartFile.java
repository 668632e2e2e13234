package org.resnet4j.zoo.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * What has arrived of a file, and the validator (ETag or date) by which the server knows whether the rest still
 * belongs to it. Both lie beside the target under hidden names.
 */
final class PartFile {
  private final Path path;
  private final Path validatorPath;

  PartFile(Path target) {
    path = target.resolveSibling("." + target.getFileName() + ".part");
    validatorPath = target.resolveSibling("." + target.getFileName() + ".validator");
  }

  Path path() {
    return path;
  }

  /** Where it came from and its validator, if its rest can be asked for. */
  Optional<String> validator(String address) throws IOException {
    if (length() == 0 || !Files.isRegularFile(validatorPath, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    List<String> lines = Files.readString(validatorPath).lines().toList();
    return lines.size() == 2 && lines.get(0).equals(address) ? Optional.of(lines.get(1)) : Optional.empty();
  }

  long length() throws IOException {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
  }

  /** An empty part of this origin. */
  FileChannel begin(String address, Optional<String> validator) throws IOException {
    delete();
    FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    if (validator.isPresent()) {
      Files.writeString(validatorPath, address + "\n" + validator.get() + "\n");
    }
    return channel;
  }

  FileChannel goOn() throws IOException {
    return FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
  }

  void delete() throws IOException {
    Files.deleteIfExists(path);
    Files.deleteIfExists(validatorPath);
  }

  void deleteValidator() throws IOException {
    Files.deleteIfExists(validatorPath);
  }
}
