package org.resnet4j.zoo.image;

import java.awt.image.BufferedImage;
import java.util.Optional;

/**
 * A faster decoder for the plainest images, which {@link ImageDecoder} has checked: 8-bit grey or RGB (in JPEG: YCbCr)
 * JPEG and PNG, complete, and within the limits. Safe for many threads.
 */
@FunctionalInterface
public interface PixelReader {
  /** Leaves every image to ImageIO. */
  PixelReader NONE = (content, width, height) -> Optional.empty();

  /**
   * Decodes a file's content to the values that ImageIO gives.
   *
   * @param width as its header says, and {@code height} likewise
   * @return TYPE_INT_RGB of that size as stored, EXIF's orientation not applied; empty if it can't: ImageIO is then
   *     asked, and says what is wrong
   */
  Optional<BufferedImage> read(byte[] content, int width, int height);
}
