package org.resnet4j.zoo.store;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.resnet4j.zoo.store.WeightStoreException.Reason;

/**
 * Published files in a cache folder: looked for there, else fetched, checked, and only then visible.
 *
 * <p>A download that breaks off is resumed, now and at the next call; one process and one thread fetch a file, others
 * wait for it. A file of the cache is checked each time it is asked for, and never deleted or overwritten: where it
 * isn't the published one, that is said. Safe for many threads. Every failure is a {@link WeightStoreException}.
 */
public final class WeightStore {
  private final StoreSettings settings;

  public WeightStore(StoreSettings settings) {
    this.settings = settings;
  }

  /** One with {@link StoreSettings#standard}. */
  public static WeightStore standard() {
    return new WeightStore(StoreSettings.standard());
  }

  public StoreSettings settings() {
    return settings;
  }

  /** Where the file is or would be. */
  public Path path(PublishedFile file) {
    return settings.folder().resolve(file.name());
  }

  /** The cached file, checked; empty if it isn't there. No network. */
  public Optional<Path> cached(PublishedFile file) {
    Path path = path(file);
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    return Optional.of(check(file, path));
  }

  /** The cached file, else the fetched one. */
  public Path fetch(PublishedFile file) {
    return fetch(file, DownloadListener.SILENT);
  }

  /** The cached file, else the fetched one; the listener hears how it goes. */
  public Path fetch(PublishedFile file, DownloadListener listener) {
    Optional<Path> cached = cached(file);
    if (cached.isPresent()) {
      return cached.get();
    }
    Path target = path(file);
    if (settings.offline()) {
      throw new WeightStoreException(Reason.OFFLINE, target, "the file", "none");
    }
    makeFolder();
    try {
      StoreLock lock = StoreLock.acquire(target, settings.lockWait(), listener);
      try {
        return fetchLocked(file, target, listener);
      } finally {
        lock.close();
      }
    } catch (InterruptedException | ClosedByInterruptException e) {
      Thread.currentThread().interrupt();
      throw new WeightStoreException(Reason.INTERRUPTED, target, "its end", "an interruption", e);
    } catch (IOException e) {
      throw new WeightStoreException(Reason.FILE, target, "to be written", e.toString(), e);
    }
  }

  private Path fetchLocked(PublishedFile file, Path target, DownloadListener listener)
      throws IOException, InterruptedException {
    Optional<Path> meanwhile = cached(file);
    if (meanwhile.isPresent()) {
      return meanwhile.get();
    }
    PartFile part = new PartFile(target);
    new Download(settings, file, part, listener).run();
    Files.move(part.path(), target, StandardCopyOption.ATOMIC_MOVE);
    part.deleteValidator();
    listener.finished(target);
    return target;
  }

  /**
   * The file itself, after its digest was compared: for one that was fetched by hand.
   *
   * @throws WeightStoreException if it isn't the published one, or can't be read
   */
  public static Path check(PublishedFile file, Path local) {
    if (!Files.isRegularFile(local)) {
      throw new WeightStoreException(Reason.FILE, local, "a file", Files.exists(local) ? "another kind of entry"
          : Files.exists(local, LinkOption.NOFOLLOW_LINKS) ? "a link to nothing" : "none");
    }
    try {
      String found = file.checksum().of(local);
      if (!found.equals(file.checksum().hex())) {
        throw new WeightStoreException(Reason.CHECKSUM_OF_FILE, local,
            file.checksum() + " of " + file.address(), found);
      }
      return local;
    } catch (IOException e) {
      throw new WeightStoreException(Reason.FILE, local, "to be read", e.toString(), e);
    }
  }

  private void makeFolder() {
    Path folder = settings.folder();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new WeightStoreException(Reason.FOLDER, folder, "a folder that can be made", e.toString(), e);
    }
    if (!Files.isWritable(folder)) {
      throw new WeightStoreException(Reason.FOLDER, folder, "a folder that can be written", "one that can't");
    }
  }
}
