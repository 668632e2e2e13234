package org.resnet4j.training.data;

import java.io.Serializable;
import java.security.MessageDigest;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;

/**
 * What became of a file that was to be an image. One of the two is null.
 *
 * @param hash the SHA-256 of a good one's content, hexadecimal
 * @param bad why it isn't one
 */
public record CheckedImage(String hash, BadImage bad) implements Serializable {

  /** Decodes the content in full, as only that finds truncated and damaged ones, and hashes it. */
  public static CheckedImage of(byte[] content, String file, ImageDecoder decoder) {
    try {
      decoder.decode(content, file);
    } catch (ImageException e) {
      return bad(file, e);
    }
    MessageDigest digest = Fingerprint.sha256();
    digest.update(content);
    return new CheckedImage(Fingerprint.hex(digest), null);
  }

  /** One that can't be read or decoded. */
  public static CheckedImage bad(String file, ImageException why) {
    return new CheckedImage(null, new BadImage(file, why.reason()));
  }

  public boolean isGood() {
    return bad == null;
  }
}
