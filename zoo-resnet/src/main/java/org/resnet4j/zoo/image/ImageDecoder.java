package org.resnet4j.zoo.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.resnet4j.zoo.image.ImageException.Kind;

/**
 * Reads JPEG, PNG, GIF, BMP, WebP and TIFF from strangers into upright 8-bit RGB.
 *
 * <p>The format is told by content, the size is checked in the header before anything is allocated, a file that ends
 * early is refused even where the codec would fill up with grey. EXIF orientation is applied. As in Pillow's
 * {@code convert("RGB")}, alpha is dropped and RGB and grey colour profiles are ignored; CMYK is converted by its
 * profile. 16 bits keep their upper 8; of an animation the first frame is read. Safe for many threads.
 *
 * @param maxBytes  the largest file
 * @param maxPixels the largest image, width * height; above 40 million pixels only every second (third, ...) row and
 *                  column is read
 * @param reader    is asked first for the pixels of plain images, after all checks
 */
public record ImageDecoder(long maxBytes, long maxPixels, PixelReader reader) {

  /** 256 MB, 100 million pixels. */
  public static final ImageDecoder DEFAULT = new ImageDecoder(256_000_000, 100_000_000);

  /** The longest side, in pixels: JPEG's own limit. */
  private static final int MAX_SIDE = 65_535;
  private static final double PIXELS_IN_MEMORY = 40e6;

  /** All by ImageIO. */
  public ImageDecoder(long maxBytes, long maxPixels) {
    this(maxBytes, maxPixels, PixelReader.NONE);
  }

  public ImageDecoder {
    if (maxBytes < 1 || maxBytes > Integer.MAX_VALUE - 16 || maxPixels < 1) {
      throw new IllegalArgumentException("image limits must be 1 byte to 2 GB and 1 pixel or more, found " + maxBytes
          + " bytes and " + maxPixels + " pixels");
    }
  }

  /**
   * The same with another reader. One that fills up what a damaged file lacks isn't found out: files from strangers are
   * first decoded without it.
   */
  public ImageDecoder withReader(PixelReader reader) {
    return new ImageDecoder(maxBytes, maxPixels, reader);
  }

  /** @throws ImageException as do all methods here */
  public BufferedImage decode(Path file) {
    return decode(readBytes(file), file.toString());
  }

  /** Reads the stream to its end; closing it is the caller's. */
  public BufferedImage decode(InputStream stream, String name) {
    try {
      return decode(readBytes(stream, name), name);
    } catch (IOException e) {
      throw ImageException.unreadable(name, e);
    }
  }

  /** The content of a file within the limit, for those who need it twice. */
  public byte[] readBytes(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new ImageException(Kind.UNREADABLE, file.toString(), "not a regular file: give the image itself");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      return readBytes(stream, file.toString());
    } catch (IOException e) {
      throw ImageException.unreadable(file.toString(), e);
    }
  }

  /**
   * A stream's content within the limit. Unlike elsewhere here, failing to read is not the image's fault: on a network
   * it may work the next time.
   */
  public byte[] readBytes(InputStream stream, String name) throws IOException {
    byte[] bytes = stream.readNBytes((int) maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw new ImageException(Kind.TOO_LARGE, name, "the file has more than " + maxBytes
          + " bytes: scale the image down, or raise the limit");
    }
    return bytes;
  }

  /**
   * Decodes a whole file's content.
   *
   * @param name names the image in errors
   * @return TYPE_INT_RGB
   */
  public BufferedImage decode(byte[] content, String name) {
    if (content.length == 0) {
      throw new ImageException(Kind.EMPTY, name, "the file has zero bytes: remove it or copy it again");
    }
    if (content.length > maxBytes) {
      throw new ImageException(Kind.TOO_LARGE, name, "the file has " + content.length + " bytes, expected at most "
          + maxBytes + ": scale the image down, or raise the limit");
    }
    ImageFormat format = ImageFormat.of(content, name);
    Completeness.check(format, content, name);
    Optional<BufferedImage> plain = plain(format, content, name);
    BufferedImage stored = plain.isPresent() ? plain.get() : byImageIo(format, content, name);
    return Orientation.of(format, content).upright(stored);
  }

  private Optional<BufferedImage> plain(ImageFormat format, byte[] content, String name) {
    if (reader == PixelReader.NONE) {
      return Optional.empty();
    }
    return PlainImage.of(format, content).filter(image -> step(image.width(), image.height(), name) == 1)
        .flatMap(image -> reader.read(content, image.width(), image.height()));
  }

  private BufferedImage byImageIo(ImageFormat format, byte[] content, String name) {
    ImageReader reader = format.newReader();
    try (ImageInputStream input = format == ImageFormat.WEBP
        ? new PaddedInput(content, () -> truncated(name, null))
        : new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      reader.setInput(input, false, true);
      reader.addIIOReadWarningListener(new PrematureEnd(name));
      ImageReadParam param = reader.getDefaultReadParam();
      int step = step(reader.getWidth(0), reader.getHeight(0), name);
      param.setSourceSubsampling(step, step, 0, 0);
      return Pixels.toRgb(reader.read(0, param));
    } catch (ImageException e) {
      throw e;
    } catch (EOFException e) {
      throw truncated(name, e);
    } catch (IOException | RuntimeException e) {
      if (e.getCause() instanceof EOFException) {
        throw truncated(name, e);
      }
      throw new ImageException(Kind.DAMAGED, name, "the " + format + " content is damaged (" + e.getMessage()
          + "): remove the file or copy it again", e);
    } catch (OutOfMemoryError e) {
      throw new ImageException(Kind.TOO_LARGE, name, "the heap of " + Runtime.getRuntime().maxMemory() / 1_000_000
          + " MB is too small for this image: scale it down, or raise -Xmx", e);
    } finally {
      reader.dispose();
    }
  }

  private int step(int width, int height, String name) {
    long pixels = (long) width * height;
    if (width < 1 || height < 1) {
      throw new ImageException(Kind.DAMAGED, name, "the header says " + width + " x " + height + " pixels");
    }
    if (width > MAX_SIDE || height > MAX_SIDE || pixels > maxPixels) {
      throw new ImageException(Kind.TOO_LARGE, name, "the header says " + width + " x " + height
          + " pixels, expected at most " + maxPixels + " in all and " + MAX_SIDE
          + " a side: scale the image down, or raise the limit");
    }
    return (int) Math.ceil(Math.sqrt(pixels / PIXELS_IN_MEMORY));
  }

  private static ImageException truncated(String name, Throwable cause) {
    return new ImageException(Kind.TRUNCATED, name, "the file ends before the image does: copy or download it again",
        cause);
  }

  /** The JPEG decoder only warns when the data end early, and fills up with grey. */
  private record PrematureEnd(String name) implements IIOReadWarningListener {
    @Override public void warningOccurred(ImageReader source, String warning) {
      if (warning != null && warning.toLowerCase(Locale.ROOT).contains("premature end")) {
        throw truncated(name, null);
      }
    }
  }
}
