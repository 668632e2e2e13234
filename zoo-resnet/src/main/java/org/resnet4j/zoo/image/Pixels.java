package org.resnet4j.zoo.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferInt;
import java.awt.image.Raster;

/** Packed 0xRRGGBB pixels of any image, with the values Pillow's {@code convert("RGB")} gives. */
public final class Pixels {
  private Pixels() { }

  /** The pixels themselves (no copy), row by row without gaps, of an image that {@link #toRgb} returned. */
  public static int[] of(BufferedImage rgb) {
    return ((DataBufferInt) rgb.getRaster().getDataBuffer()).getData();
  }

  /**
   * The image as TYPE_INT_RGB; itself if it is one. Alpha is dropped, 16 bits keep their upper 8. RGB and grey values
   * are taken as stored, whatever colour profile the image names, and CMYK is subtracted from white: Pillow does so,
   * hence the networks learnt so.
   */
  public static BufferedImage toRgb(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    if (image.getType() == BufferedImage.TYPE_INT_RGB && image.getRaster().getParent() == null
        && of(image).length == width * height) {
      return image;
    }
    BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] pixels = of(result);
    boolean stored = storesPlainSamples(image.getColorModel());
    for (int y = 0; y < height; y++) {
      if (stored) {
        packRow(image.getRaster(), image.getColorModel().getColorSpace().getType(), y, pixels, y * width);
      } else {
        image.getRGB(0, y, width, 1, pixels, y * width, width);
      }
    }
    if (!stored) {
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] &= 0xFFFFFF;
      }
    }
    return result;
  }

  private static boolean storesPlainSamples(ColorModel model) {
    int space = model.getColorSpace().getType();
    int bits = model.getComponentSize(0);
    return model instanceof ComponentColorModel && !model.isAlphaPremultiplied()
        && (space == ColorSpace.TYPE_GRAY || space == ColorSpace.TYPE_RGB || space == ColorSpace.TYPE_CMYK)
        && (model.getTransferType() == DataBuffer.TYPE_BYTE && bits == 8
            || model.getTransferType() == DataBuffer.TYPE_USHORT && bits == 16);
  }

  private static void packRow(Raster raster, int space, int y, int[] pixels, int offset) {
    int bands = raster.getNumBands();
    boolean cmyk = space == ColorSpace.TYPE_CMYK;
    int shift = raster.getTransferType() == DataBuffer.TYPE_USHORT ? 8 : 0;
    int green = bands < 3 ? 0 : 1;
    int blue = bands < 3 ? 0 : 2;
    int[] samples = raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, (int[]) null);
    for (int x = 0, i = 0; i < samples.length; x++, i += bands) {
      int first = samples[i] >> shift;
      int second = samples[i + green] >> shift;
      int third = samples[i + blue] >> shift;
      if (cmyk) {
        int white = 255 - (samples[i + 3] >> shift);
        first = (255 - first) * white / 255;
        second = (255 - second) * white / 255;
        third = (255 - third) * white / 255;
      }
      pixels[offset + x] = first << 16 | second << 8 | third;
    }
  }
}
