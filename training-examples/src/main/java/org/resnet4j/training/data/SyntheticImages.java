package org.resnet4j.training.data;

import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A generated data set for trying out: 1,600 training and 400 validation images of 32x32 pixels in 10 classes, always
 * the same. A class is a shape or a pattern; place, size, colours, light and noise vary, and tell nothing.
 */
final class SyntheticImages {
  static final int TRAIN = 1600;
  static final int VALIDATION = 400;
  private static final int SIDE = 32;
  /** Of a class's colours, as a share of the colour circle: they overlap with those of its neighbours. */
  private static final double HUE_SPREAD = 0.1;
  private static final long SEED = 20_151_210;

  /** How deep a point lies inside, in pixels, below 0 outside; (x, y) from the centre, {@code size} the half extent. */
  private enum Form {
    BARS {
      @Override double inside(double x, double y, double size) {
        return wave(y, size);
      }
    },
    CHECKS {
      @Override double inside(double x, double y, double size) {
        return Math.signum(wave(x, size)) * Math.signum(wave(y, size)) * Math.min(Math.abs(wave(x, size)),
            Math.abs(wave(y, size)));
      }
    },
    COLUMNS {
      @Override double inside(double x, double y, double size) {
        return wave(x, size);
      }
    },
    CROSS {
      @Override double inside(double x, double y, double size) {
        return Math.max(box(x, y, size, size / 4), box(x, y, size / 4, size));
      }
    },
    DIAMOND {
      @Override double inside(double x, double y, double size) {
        return (size - Math.abs(x) - Math.abs(y)) / Math.sqrt(2);
      }
    },
    DISC {
      @Override double inside(double x, double y, double size) {
        return size - radius(x, y);
      }
    },
    FRAME {
      @Override double inside(double x, double y, double size) {
        return Math.min(box(x, y, size, size), -box(x, y, size * 0.6, size * 0.6));
      }
    },
    RING {
      @Override double inside(double x, double y, double size) {
        return size * 0.2 - Math.abs(radius(x, y) - size * 0.8);
      }
    },
    SQUARE {
      @Override double inside(double x, double y, double size) {
        return box(x, y, size, size);
      }
    },
    TRIANGLE {
      @Override double inside(double x, double y, double size) {
        return Math.min(size - y, (y + size - 2 * Math.abs(x)) / Math.sqrt(5));
      }
    };

    abstract double inside(double x, double y, double size);

    private static double radius(double x, double y) {
      return Math.sqrt(x * x + y * y);
    }

    private static double box(double x, double y, double halfWidth, double halfHeight) {
      return Math.min(halfWidth - Math.abs(x), halfHeight - Math.abs(y));
    }

    /** Stripes, as wide as what lies between them. */
    private static double wave(double x, double size) {
      double period = size * 0.9;
      double place = Math.abs(x - period * Math.floor(x / period) - period / 4);
      return period / 4 - Math.min(place, period - place);
    }
  }

  private SyntheticImages() { }

  static Dataset dataset() {
    List<String> classes = Stream.of(Form.values()).map(form -> form.name().toLowerCase(Locale.ROOT)).toList();
    return new ArrayDataset("synthetic", classes, images("training image", 0, TRAIN),
        images("validation image", TRAIN, VALIDATION)).testIsValidation();
  }

  private static ArrayImages images(String name, int first, int count) {
    byte[] labels = new byte[count];
    byte[] pixels = new byte[count * SIDE * SIDE * 3];
    SplittableRandom seeds = new SplittableRandom(SEED + first);
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % Form.values().length);
      draw(Form.values()[labels[i]], seeds.split(), pixels, i * SIDE * SIDE * 3);
    }
    return new ArrayImages(name, SIDE, SIDE, 3, pixels, labels);
  }

  private static void draw(Form form, SplittableRandom random, byte[] pixels, int offset) {
    double hue = form.ordinal() / (double) Form.values().length + HUE_SPREAD * (2 * random.nextDouble() - 1);
    int fore = Color.HSBtoRGB((float) hue, (float) (0.5 + 0.5 * random.nextDouble()),
        (float) (0.7 + 0.3 * random.nextDouble()));
    int back = Color.HSBtoRGB((float) random.nextDouble(), (float) random.nextDouble(),
        (float) (0.5 * random.nextDouble()));
    double size = 7 + 5 * random.nextDouble();
    double x = SIDE / 2.0 + (SIDE / 2.0 - size) * (2 * random.nextDouble() - 1);
    double y = SIDE / 2.0 + (SIDE / 2.0 - size) * (2 * random.nextDouble() - 1);
    double lightX = (random.nextDouble() - 0.5) * 3;
    double lightY = (random.nextDouble() - 0.5) * 3;
    double noise = 10 + 40 * random.nextDouble();
    for (int row = 0, at = offset; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        double inside = form.inside(column + 0.5 - x, row + 0.5 - y, size);
        double share = Math.max(0, Math.min(1, inside + 0.5));
        double light = lightX * (column - SIDE / 2) + lightY * (row - SIDE / 2);
        for (int c = 0; c < 3; c++) {
          int from = back >> (16 - 8 * c) & 0xFF;
          int to = fore >> (16 - 8 * c) & 0xFF;
          double value = from + share * (to - from) + light + noise * (2 * random.nextDouble() - 1);
          pixels[at++] = (byte) Math.max(0, Math.min(255, Math.round(value)));
        }
      }
    }
  }
}
