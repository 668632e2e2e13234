package org.resnet4j.training.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.zoo.image.Pixels;

class ImageOperationTest {
  private static final JsonNode RECORDED = Recorded.read("operations");

  static ImageOperation named(String torchvision) {
    return switch (torchvision) {
      case "Color" -> ImageOperation.SATURATION;
      default -> ImageOperation.valueOf(torchvision.replaceAll("(?<=.)([A-Z])", "_$1").toUpperCase());
    };
  }

  @Test
  void everyPixelEqualsTorchvisions() {
    Set<ImageOperation> seen = EnumSet.of(ImageOperation.IDENTITY);
    int compared = 0;
    for (JsonNode recorded : RECORDED.get("cases")) {
      ImageOperation operation = named(recorded.get("operation").asText());
      double magnitude = recorded.get("magnitude").asDouble();
      for (String name : (Iterable<String>) () -> RECORDED.get("images").fieldNames()) {
        BufferedImage result = operation.apply(Recorded.image(RECORDED.get("images").get(name)), magnitude);
        assertArrayEquals(Recorded.pixels(recorded.get("results").get(name).asText()), Pixels.of(result),
            operation + " " + magnitude + " of " + name);
        compared++;
      }
      seen.add(operation);
    }
    assertEquals(EnumSet.allOf(ImageOperation.class), seen);
    assertTrue(compared > 400, "only " + compared);
  }

  @Test
  void imagesOfANetworksSizeEqualTorchvisionsToo() {
    BufferedImage photo = Recorded.image(RECORDED.get("images").get("photo"));
    int size = RECORDED.get("largeSize").asInt();
    BufferedImage large = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        int pixel = photo.getRGB(x % photo.getWidth(), y % photo.getHeight());
        large.setRGB(x, y, (pixel >> 16) + x + y << 16 | ((pixel >> 8) + x + y & 0xFF) << 8 | pixel + x + y & 0xFF);
      }
    }
    for (JsonNode recorded : RECORDED.get("cases")) {
      ImageOperation operation = named(recorded.get("operation").asText());
      BufferedImage result = operation.apply(large, recorded.get("magnitude").asDouble());
      assertEquals(recorded.get("large").asLong(), checksum(Pixels.of(result)),
          operation + " " + recorded.get("magnitude"));
    }
  }

  private static long checksum(int[] pixels) {
    CRC32 checksum = new CRC32();
    for (int pixel : pixels) {
      checksum.update(pixel >> 16);
      checksum.update(pixel >> 8);
      checksum.update(pixel);
    }
    return checksum.getValue();
  }

  @ParameterizedTest
  @EnumSource(value = ImageOperation.class, names = "IDENTITY", mode = EnumSource.Mode.EXCLUDE)
  void theImageItselfStaysAsItIs(ImageOperation operation) {
    BufferedImage image = Recorded.image(RECORDED.get("images").get("photo"));
    int[] before = Pixels.of(image).clone();
    assertNotSame(image, operation.apply(image, 0.5));
    assertArrayEquals(before, Pixels.of(image));
  }

  @Test
  void identityIsTheImageItself() {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    assertSame(image, ImageOperation.IDENTITY.apply(image, 0));
  }

  @Test
  void colourJitterEqualsTorchvisions() {
    BufferedImage photo = Recorded.image(RECORDED.get("images").get("photo"));
    for (JsonNode recorded : RECORDED.get("jitters")) {
      int[] order = new int[4];
      double[] magnitudes = Recorded.doubles(recorded.get("factors"));
      for (int i = 0; i < 4; i++) {
        order[i] = recorded.get("order").get(i).asInt();
        magnitudes[i] -= i < 3 ? 1 : 0;
      }
      BufferedImage result = new ColourJitter(0.4, 0.4, 0.4, 0.1).apply(photo, order, magnitudes);
      assertArrayEquals(Recorded.pixels(recorded.get("result").asText()), Pixels.of(result), recorded.get("order")
          .toString());
    }
  }

  @Test
  void impossibleMagnitudesAreRefused() {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    for (ImageOperation operation : EnumSet.range(ImageOperation.IDENTITY, ImageOperation.HUE)) {
      assertThrows(IllegalArgumentException.class, () -> operation.apply(image, Double.NaN), operation.name());
    }
    Exception refused = assertThrows(IllegalArgumentException.class, () -> ImageOperation.HUE.apply(image, 0.6));
    assertEquals("HUE: magnitude must be -0.5 to 0.5, found 0.6", refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> ImageOperation.BRIGHTNESS.apply(image, -1.1));
    assertThrows(IllegalArgumentException.class, () -> ImageOperation.POSTERIZE.apply(image, 9));
    assertThrows(IllegalArgumentException.class, () -> ImageOperation.SOLARIZE.apply(image, 256));
  }
}
