package org.resnet4j.spark.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateOpts;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.RemoteIterator;
import org.resnet4j.spark.data.HadoopAccess;
import org.resnet4j.training.data.DataException;

/**
 * A run's folder on a Hadoop file system, and the one on this machine that it is written in: what is there is fetched at
 * the start, what has changed is sent when asked, each file whole. A folder of this machine ({@code file:}) is used as
 * it is.
 *
 * <p>Beside the run's folder lies that of a run that is going to replace it, so the two folders' parents are compared.
 */
final class RemoteFolder implements AutoCloseable {
  private final Path folder;
  private final Optional<Copy> copy;

  private RemoteFolder(Path folder, Optional<Copy> copy) {
    this.folder = folder;
    this.copy = copy;
  }

  /**
   * Fetches what is there.
   *
   * @throws DataException if it can't be reached, or not written to
   */
  static RemoteFolder open(URI address, Configuration configuration) throws IOException {
    if (address.getScheme() == null || address.getScheme().equals("file")) {
      return new RemoteFolder(Path.of(address.getPath()), Optional.empty());
    }
    org.apache.hadoop.fs.Path target = new org.apache.hadoop.fs.Path(address);
    new HadoopAccess(configuration).requireWritable(target);
    Copy copy = new Copy(target, target.getFileSystem(configuration),
        FileContext.getFileContext(address, configuration), Files.createTempDirectory("resnet4j-run-"));
    copy.fetch();
    return new RemoteFolder(copy.local.resolve(target.getName()), Optional.of(copy));
  }

  /** Where it is sent to. */
  org.apache.hadoop.fs.Path address() {
    return copy.map(sent -> sent.target).orElseGet(() -> new org.apache.hadoop.fs.Path(folder.toUri()));
  }

  /** On this machine. */
  Path local() {
    return folder;
  }

  /** Sends what has changed. */
  void send() throws IOException {
    if (copy.isPresent()) {
      copy.get().send();
    }
  }

  /** Forgets the copy on this machine. */
  @Override
  public void close() throws IOException {
    if (copy.isPresent()) {
      copy.get().delete();
    }
  }

  /** A file's state when it was the same on both sides; clocks of file systems are coarse, so its key is in it. */
  private record Seen(long bytes, FileTime changed, Object key) {
    static Seen of(Path file) throws IOException {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Seen(found.size(), found.lastModifiedTime(), found.fileKey());
    }
  }

  private static final class Copy {
    private final org.apache.hadoop.fs.Path target;
    private final FileSystem files;
    private final FileContext context;
    private final Path local;
    private final Map<Path, Seen> sent = new HashMap<>();

    Copy(org.apache.hadoop.fs.Path target, FileSystem files, FileContext context, Path local) {
      this.target = target;
      this.files = files;
      this.context = context;
      this.local = local;
    }

    void fetch() throws IOException {
      for (String name : List.of(target.getName(), "." + target.getName() + ".new")) {
        org.apache.hadoop.fs.Path there = new org.apache.hadoop.fs.Path(target.getParent(), name);
        if (!files.exists(there)) {
          continue;
        }
        RemoteIterator<? extends FileStatus> all = files.listFiles(there, true);
        while (all.hasNext()) {
          org.apache.hadoop.fs.Path file = all.next().getPath();
          Path here = local.resolve(name).resolve(files.makeQualified(there).toUri()
              .relativize(files.makeQualified(file).toUri()).getPath());
          Files.createDirectories(here.getParent());
          files.copyToLocalFile(false, file, new org.apache.hadoop.fs.Path(here.toUri()), true);
          sent.put(here, Seen.of(here));
        }
      }
    }

    void send() throws IOException {
      Map<Path, Seen> now = new HashMap<>();
      try (Stream<Path> all = Files.walk(local)) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          now.put(file, Seen.of(file));
        }
      }
      // What a file is told of, such as a checkpoint, goes before what tells of it.
      List<Path> changed = now.keySet().stream().filter(file -> !now.get(file).equals(sent.get(file)))
          .sorted(Comparator.comparing(file -> now.get(file).changed())).toList();
      for (Path file : changed) {
        send(file);
        sent.put(file, now.get(file));
      }
      for (Path gone : List.copyOf(sent.keySet())) {
        if (!now.containsKey(gone)) {
          files.delete(there(gone), false);
          sent.remove(gone);
          forget(gone.getParent());
        }
      }
    }

    /** A folder that isn't here any more goes with its last file. */
    private void forget(Path folder) throws IOException {
      if (Files.notExists(folder) && files.listStatus(there(folder)).length == 0) {
        files.delete(there(folder), false);
        forget(folder.getParent());
      }
    }

    /** Under another name first, so that under its own it is always whole. */
    private void send(Path file) throws IOException {
      org.apache.hadoop.fs.Path there = there(file);
      org.apache.hadoop.fs.Path part =
          new org.apache.hadoop.fs.Path(there.getParent(), "." + there.getName() + ".part");
      try (var out = context.create(part, EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE),
          CreateOpts.createParent())) {
        Files.copy(file, out);
      }
      context.rename(part, there, Rename.OVERWRITE);
    }

    private org.apache.hadoop.fs.Path there(Path file) {
      return new org.apache.hadoop.fs.Path(target.getParent(), local.relativize(file).toString());
    }

    void delete() throws IOException {
      try (Stream<Path> all = Files.walk(local)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> {
          try {
            Files.delete(path);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
      }
    }
  }
}
