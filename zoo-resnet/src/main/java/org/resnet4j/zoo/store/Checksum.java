package org.resnet4j.zoo.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a publisher says a file's digest is.
 *
 * @param algorithm of the digest
 * @param hex its lower-case hexadecimal digits, or as many of the first as were published: torchvision puts eight into
 *     a file's name, which finds damage but no forgery
 */
public record Checksum(Algorithm algorithm, String hex) {

  /** As publishers chose; MD5 finds damage, not forgery. */
  public enum Algorithm {
    SHA_256("SHA-256", 64), MD5("MD5", 32);

    private final String name;
    private final int digits;

    Algorithm(String name, int digits) {
      this.name = name;
      this.digits = digits;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** @throws IllegalArgumentException if these are no digits of such a digest */
  public Checksum {
    if (!hex.matches("[0-9a-f]{8," + algorithm.digits + "}")) {
      throw new IllegalArgumentException("A checksum is 8 to " + algorithm.digits
          + " lower-case hexadecimal digits of " + algorithm + ", found \"" + hex + "\".");
    }
  }

  /** A SHA-256, or the beginning of one. */
  public static Checksum sha256(String hex) {
    return new Checksum(Algorithm.SHA_256, hex);
  }

  public static Checksum md5(String hex) {
    return new Checksum(Algorithm.MD5, hex);
  }

  /** The file's digest, as many digits as this one has. */
  String of(Path file) throws IOException {
    try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file),
        MessageDigest.getInstance(algorithm.name))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest()).substring(0, hex.length());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  @Override
  public String toString() {
    return algorithm + " " + hex + (hex.length() < algorithm.digits ? "..." : "");
  }
}
