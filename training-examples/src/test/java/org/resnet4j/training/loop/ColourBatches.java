package org.resnet4j.training.loop;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.resnet4j.training.data.Augmentation;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.zoo.image.Preprocessing;

/** Noisy 16x16 images of two classes: the red or the green is brighter. */
final class ColourBatches {
  static final List<String> CLASSES = List.of("red", "green");
  private static final Preprocessing PIXELS =
      Preprocessing.unit(16).withChannelStatistics(List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25));

  private ColourBatches() {}

  /** In their order, as they are. */
  static ImageBatches of(int images, int batch, long seed) {
    return new ImageBatches(new Colours(images, seed), CLASSES, PIXELS, BatchOptions.evaluation(batch));
  }

  /** Shuffled, cropped and mirrored. */
  static ImageBatches varied(int images, int batch, long seed) {
    return new ImageBatches(new Colours(images, seed), CLASSES, PIXELS,
        BatchOptions.training(batch, Augmentation.PAD_AND_CROP, seed));
  }

  private static final class Colours implements ImageSource {
    private final List<BufferedImage> images = new ArrayList<>();

    Colours(int count, long seed) {
      Random random = new Random(seed);
      for (int i = 0; i < count; i++) {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 256; p++) {
          int rgb = 0;
          for (int channel = 0; channel < 3; channel++) {
            double value = 96 + 32 * random.nextGaussian() + (channel == i % 2 ? 64 : 0);
            rgb = rgb << 8 | (int) Math.max(0, Math.min(255, value));
          }
          image.setRGB(p % 16, p / 16, rgb);
        }
        images.add(image);
      }
    }

    @Override
    public int size() {
      return images.size();
    }

    @Override
    public int label(int index) {
      return index % 2;
    }

    @Override
    public String name(int index) {
      return "image " + index;
    }

    @Override
    public BufferedImage image(int index) {
      return images.get(index);
    }
  }
}
