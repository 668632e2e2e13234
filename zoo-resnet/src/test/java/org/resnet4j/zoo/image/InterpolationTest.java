package org.resnet4j.zoo.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.resnet4j.zoo.image.Interpolation.BICUBIC;
import static org.resnet4j.zoo.image.Interpolation.BILINEAR;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Equal to Pillow 11.3.0 (13 resizes flat targets vertically first, 1 off here and there), recorded with (formula:
 * see {@link SampleImages#formula})
 * <pre>zlib.crc32(image.resize((width, height), Image.BILINEAR).tobytes())</pre>
 */
class InterpolationTest {
  private final BufferedImage image = SampleImages.formula(61, 47);
  private final Rectangle whole = new Rectangle(61, 47);

  @ParameterizedTest
  @CsvSource({
      "BILINEAR, 24, 24, 3925597837", "BILINEAR, 100, 80, 3671810034", "BILINEAR, 61, 20, 907228376",
      "BILINEAR, 20, 47, 2675459912", "BILINEAR, 1, 1, 1127652281", "BILINEAR, 200, 3, 2162732438",
      "BICUBIC, 24, 24, 71204518", "BICUBIC, 100, 80, 2610727945", "BICUBIC, 61, 20, 2470665084",
      "BICUBIC, 20, 47, 485589526", "BICUBIC, 1, 1, 1127652281", "BICUBIC, 200, 3, 2376415158",
      "NEAREST, 24, 24, 3435386752", "NEAREST, 100, 80, 1261602910", "NEAREST, 61, 20, 3712545092",
      "NEAREST, 20, 47, 3928427900", "NEAREST, 1, 1, 2163022716", "NEAREST, 200, 3, 1471455796",
      "NEAREST, 7, 14, 1563123436"})
  void everyPixelIsPillows(Interpolation interpolation, int width, int height, long crc) {
    assertEquals(crc, SampleImages.crc(interpolation.resize(image, whole, width, height)));
  }

  /** Where places fall between two pixels, rounding decides: 640 / 224 is 20 / 7. */
  @Test
  void nearestPixelsAreSummedUpAsPillowDoes() {
    assertEquals(701605700L,
        SampleImages.crc(Interpolation.NEAREST.resize(SampleImages.formula(640, 427), new Rectangle(640, 427), 224, 224)));
  }

  @Test
  void withoutAntialiasAShrunkImageIsMadeOfFourPixelsEach() {
    BufferedImage wide = new BufferedImage(8, 1, BufferedImage.TYPE_INT_RGB);
    wide.setRGB(0, 0, SampleImages.rgb(200, 0, 0));
    wide.setRGB(1, 0, SampleImages.rgb(100, 0, 0));
    wide.setRGB(5, 0, SampleImages.rgb(80, 0, 0));
    BufferedImage half = Interpolation.BILINEAR_ALIASED.resize(wide, new Rectangle(8, 1), 2, 1);
    assertEquals(SampleImages.rgb(50, 0, 0), half.getRGB(0, 0) & 0xFFFFFF);
    assertEquals(SampleImages.rgb(40, 0, 0), half.getRGB(1, 0) & 0xFFFFFF);
  }

  @Test
  void aPixelOfTheRecordingReadsAsWritten() {
    assertEquals(SampleImages.rgb(16, 3, 92), BILINEAR.resize(image, whole, 24, 24).getRGB(0, 0) & 0xFFFFFF);
    assertEquals(SampleImages.rgb(136, 116, 110), BILINEAR.resize(image, whole, 24, 24).getRGB(3, 23) & 0xFFFFFF);
  }

  @Test
  void pixelsOutsideTheBoxHaveNoInfluence() {  // image.crop((5, 7, 38, 28)).resize((16, 16), Image.BILINEAR)
    assertEquals(4286716844L, SampleImages.crc(BILINEAR.resize(image, new Rectangle(5, 7, 33, 21), 16, 16)));
  }

  @Test
  void theSameSizeIsTheSamePixels() {
    assertEquals(SampleImages.crc(image), SampleImages.crc(BICUBIC.resize(image, whole, 61, 47)));
  }

  @Test
  void aWindowOfAnEnormousResultCostsOnlyTheWindow() {
    BufferedImage line = SampleImages.formula(1, 60_000);
    BufferedImage window = BILINEAR.resize(line, new Rectangle(1, 60_000), 224, 224L * 60_000,
        new Rectangle(0, 112 * 60_000, 224, 224));
    assertEquals(line.getRGB(0, 30_000), window.getRGB(5, 112));
  }

  @Test
  void aBoxOutsideTheImageIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> BILINEAR.resize(image, new Rectangle(50, 0, 12, 5), 4, 4));
    assertThrows(IllegalArgumentException.class, () -> BILINEAR.resize(image, new Rectangle(3, 3, 0, 5), 4, 4));
  }
}
