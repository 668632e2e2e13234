package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.image.PixelReader;

class OpenCvReaderTest {
  private static final ImageDecoder EXACT = ImageDecoder.DEFAULT;
  private final AtomicInteger read = new AtomicInteger();
  private final ImageDecoder counted = EXACT.withReader((content, width, height) -> {
    Optional<BufferedImage> image = OpenCvReader.orNone().read(content, width, height);
    image.ifPresent(found -> read.incrementAndGet());
    return image;
  });

  @Test
  void thisSystemHasNatives() {
    assertNotSame(PixelReader.NONE, OpenCvReader.orNone());
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png"})
  void pixelsAreThoseOfImageIo(String format) throws IOException {
    int decoded = 0;
    for (int[] size : new int[][] {{1, 1}, {32, 32}, {37, 21}, {500, 375}, {16, 400}}) {
      for (int type : new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_BYTE_GRAY}) {
        byte[] content = encode(smooth(size[0], size[1], type), format, false);
        assertSame(content);
        assertEquals(++decoded, read.get());
      }
    }
  }

  @Test
  void progressiveJpegsAreTheSameToo() throws IOException {
    assertSame(encode(smooth(123, 77, BufferedImage.TYPE_INT_RGB), "jpg", true));
    assertEquals(1, read.get());
  }

  @Test
  void turnedImagesComeOutUpright() throws IOException {
    byte[] plain = encode(smooth(40, 24, BufferedImage.TYPE_INT_RGB), "jpg", false);
    byte[] exif = {(byte) 0xFF, (byte) 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1,
        0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0};
    ByteArrayOutputStream turned = new ByteArrayOutputStream();
    turned.write(plain, 0, 2);
    turned.write(exif);
    turned.write(plain, 2, plain.length - 2);
    assertSame(turned.toByteArray());
    assertEquals(24, counted.decode(turned.toByteArray(), "turned").getWidth());
  }

  @Test
  void whatDecodersDifferInIsLeftToImageIo() throws IOException {
    for (int type : new int[] {BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_USHORT_GRAY, BufferedImage.TYPE_BYTE_BINARY}) {
      assertSame(encode(smooth(20, 20, type), "png", false));
    }
    assertSame(encode(smooth(20, 20, BufferedImage.TYPE_INT_RGB), "gif", false));
    assertSame(encode(smooth(20, 20, BufferedImage.TYPE_INT_RGB), "bmp", false));
    assertEquals(0, read.get());
  }

  /** Of a large image's header, and of one that lies: nothing native sees them. */
  @Test
  void limitsHoldBeforeAnythingNativeIsAsked() throws IOException {
    byte[] jpeg = encode(smooth(64, 64, BufferedImage.TYPE_INT_RGB), "jpg", false);
    for (int at = 0; at < jpeg.length - 9; at++) {
      if (jpeg[at] == (byte) 0xFF && jpeg[at + 1] == (byte) 0xC0) {
        Arrays.fill(jpeg, at + 5, at + 9, (byte) 0xF0);
      }
    }
    byte[] truncated = Arrays.copyOf(encode(smooth(64, 64, BufferedImage.TYPE_INT_RGB), "png", false), 500);
    List<byte[]> refused = List.of(jpeg, truncated, new byte[0], new byte[] {1, 2, 3});
    ImageDecoder untouched = EXACT.withReader((content, width, height) -> {
      throw new AssertionError("asked");
    });
    for (byte[] content : refused) {
      assertEquals(assertThrows(ImageException.class, () -> EXACT.decode(content, "x")).getMessage(),
          assertThrows(ImageException.class, () -> untouched.decode(content, "x")).getMessage());
    }
  }

  /** Damage anywhere: an image or an {@link ImageException}, and never the JVM's end. */
  @Test
  void damagedFilesAreSurvived() throws IOException {
    Random random = new Random(5);
    List<byte[]> originals = new ArrayList<>();
    for (String format : List.of("jpg", "png")) {
      originals.add(encode(smooth(48, 40, BufferedImage.TYPE_INT_RGB), format, false));
    }
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] content = originals.get(i % 2).clone();
      for (int k = 0; k < 1 + i % 4; k++) {
        content[random.nextInt(content.length)] = (byte) random.nextInt(256);
      }
      try {
        counted.decode(content, "damaged");
      } catch (ImageException e) {
        refused++;
      }
    }
    assertTrue(refused > 0 && refused < 300, refused + " refused");
    assertFalse(read.get() == 0);
  }

  private void assertSame(byte[] content) {
    BufferedImage expected = EXACT.decode(content, "expected");
    BufferedImage found = counted.decode(content, "found");
    assertEquals(expected.getWidth(), found.getWidth());
    assertArrayEquals(Pictures.pixels(expected), Pictures.pixels(found));
  }

  /** Waves with some noise, as photos have. */
  private static BufferedImage smooth(int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    Random random = new Random(width * 31 + height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int red = (int) (127 + 100 * Math.sin(x * 0.11) + random.nextInt(28));
        int green = (int) (127 + 100 * Math.cos(y * 0.07 + x * 0.03) + random.nextInt(28));
        int blue = (int) (127 + 100 * Math.sin((x + y) * 0.05) + random.nextInt(28));
        image.setRGB(x, y, 0x80 << 24 | red << 16 | green << 8 | blue);
      }
    }
    return image;
  }

  private static byte[] encode(BufferedImage image, String format, boolean progressive) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    if (progressive) {
      param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    }
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), param);
    }
    return bytes.toByteArray();
  }
}
