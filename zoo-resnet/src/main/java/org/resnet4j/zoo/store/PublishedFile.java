package org.resnet4j.zoo.store;

import java.net.URI;

/**
 * A file on somebody's server.
 *
 * @param name of the file, in the cache as on a mirror
 * @param address where its publisher has it
 * @param checksum that its publisher states
 * @param bytes its length, within a percent; 0 where that isn't known
 */
public record PublishedFile(String name, URI address, Checksum checksum, long bytes) {
  /** What a file of unknown length may have. */
  private static final long LONGEST = 4L << 30;
  private static final long SPARE = 64 << 10;

  /** @throws IllegalArgumentException if the name isn't a plain file's, or the address not one of HTTP */
  public PublishedFile {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,199}")) {
      throw new IllegalArgumentException("A published file's name is of letters, digits, \".\", \"_\" and \"-\", found "
          + WeightStoreException.quote(name) + ".");
    }
    if (!isHttp(address)) {
      throw new IllegalArgumentException("A published file's address begins with https:// or http://, found "
          + address + ".");
    }
  }

  static boolean isHttp(URI address) {
    return address.getHost() != null
        && ("https".equalsIgnoreCase(address.getScheme()) || "http".equalsIgnoreCase(address.getScheme()));
  }

  /** The same under a mirror's base address. */
  URI under(URI base) {
    String text = base.toString();
    return URI.create(text.endsWith("/") ? text + name : text + "/" + name);
  }

  long least() {
    return bytes == 0 ? 1 : Math.max(1, bytes - bytes / 100 - SPARE);
  }

  long most() {
    return bytes == 0 ? LONGEST : bytes + bytes / 100 + SPARE;
  }
}
