package org.resnet4j.training.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** SHA-256 over what a run's outcome depends on; names and places of files are not among that, their order is. */
final class Fingerprint {
  private Fingerprint() { }

  static <T extends Comparable<? super T>> String of(List<String> classes, Map<Part, List<Hashed<T>>> parts) {
    MessageDigest digest = sha256();
    putInt(digest, classes.size());
    classes.forEach(name -> put(digest, name));
    for (Part part : Part.values()) {
      put(digest, part.name());
      List<Hashed<T>> images = parts.getOrDefault(part, List.of());
      putInt(digest, images.size());
      for (Hashed<T> image : images) {
        putInt(digest, image.label());
        put(digest, image.hash());
      }
    }
    return hex(digest);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void put(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    putInt(digest, bytes.length);
    digest.update(bytes);
  }

  private static void putInt(MessageDigest digest, int value) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(value).flip());
  }
}
