package org.resnet4j.training.augment;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.training.data.Augmentation;
import org.resnet4j.training.data.AugmentationStep;
import org.resnet4j.training.data.HorizontalFlip;
import org.resnet4j.training.data.Mixing;
import org.resnet4j.zoo.image.Preprocessing;

/** Draws docs/augmentations.png, one photo under everything of this package: give the file to write. */
final class ContactSheet {
  private static final int SIZE = 112;
  private static final int GAP = 8;
  private static final int CAPTION = 22;
  private static final int COLUMNS = 8;
  /** Of TrivialAugment's 31 steps of strength: of shears, translations and rotation, and of the others. */
  private static final int MOVING_STEP = 10;
  private static final int COLOUR_STEP = 24;
  private static final Preprocessing PREPROCESSING = Preprocessing.unit(SIZE);

  private ContactSheet() { }

  public static void main(String[] arguments) throws IOException {
    BufferedImage cat = photo("chelsea");
    BufferedImage astronaut = photo("astronaut");
    Map<String, BufferedImage> cells = new LinkedHashMap<>();
    cells.put("the photo", PREPROCESSING.fit(cat));
    cells.put("resized crop", varied(cat, new Augmentation.ResizedCrop(0.08, 1, 0.75, 4 / 3.0), 7));
    cells.put("pad and crop", varied(cat, new Augmentation.PadAndCrop(14), 2));
    cells.put("flip", varied(cat, Augmentation.NONE.then(HorizontalFlip.HALF_THE_TIME), 2));
    for (ImageOperation operation : OperationTable.OPERATIONS) {
      if (operation != ImageOperation.IDENTITY) {
        int step = operation.compareTo(ImageOperation.ROTATE) <= 0 ? MOVING_STEP : COLOUR_STEP;
        cells.put(operation.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            operation.apply(PREPROCESSING.fit(cat), TrivialAugment.WIDE.table().magnitude(operation, step)));
      }
    }
    cells.put("hue", ImageOperation.HUE.apply(PREPROCESSING.fit(cat), 0.3));
    cells.put("colour jitter", varied(cat, with(new ColourJitter(0.4, 0.4, 0.4, 0.1)), 4));
    cells.put("RandAugment", varied(cat, with(RandAugment.DEFAULT), 12));
    cells.put("TrivialAugment", varied(cat, with(TrivialAugment.WIDE), 4));
    float[] erased = values(cat);
    RandomErasing.erase(new Rectangle(40, 46, 46, 35), erased, 0, PREPROCESSING, CNN2DFormat.NHWC);
    cells.put("random erasing", picture(erased));
    cells.put("mixup", mixed(cat, astronaut, (features, labels, random) -> Mixup.mix(features, labels, 0.6)));
    cells.put("CutMix", mixed(cat, astronaut,
        (features, labels, random) -> CutMix.mix(features, labels, new Rectangle(46, 0, 66, 66))));
    ImageIO.write(drawn(cells), "png", new File(arguments[0]));
  }

  private static BufferedImage photo(String name) throws IOException {
    try (InputStream file = Fixtures.open("photos/" + name + ".jpg")) {
      return ImageIO.read(file);
    }
  }

  private static Augmentation with(AugmentationStep step) {
    return Augmentation.NONE.then(step);
  }

  private static BufferedImage varied(BufferedImage photo, Augmentation augmentation, long seed) {
    return augmentation.vary(augmentation.prepare(photo, PREPROCESSING), PREPROCESSING, new SplittableRandom(seed));
  }

  private static float[] values(BufferedImage photo) {
    float[] values = new float[PREPROCESSING.inputLength()];
    PREPROCESSING.apply(photo, CNN2DFormat.NHWC, values, 0);
    return values;
  }

  private static BufferedImage picture(float[] values) {
    BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIZE * SIZE; i++) {
      picture.setRGB(i % SIZE, i / SIZE, new Color(values[3 * i], values[3 * i + 1], values[3 * i + 2]).getRGB());
    }
    return picture;
  }

  /** The second of two images, into which the first one is mixed. */
  private static BufferedImage mixed(BufferedImage photo, BufferedImage other, Mixing mixing) {
    int length = PREPROCESSING.inputLength();
    float[] both = new float[2 * length];
    System.arraycopy(values(other), 0, both, 0, length);
    System.arraycopy(values(photo), 0, both, length, length);
    mixing.mix(new Mixing.Features(both, 2, 3, SIZE, SIZE, true), new float[4], new SplittableRandom(1));
    return picture(Arrays.copyOfRange(both, length, 2 * length));
  }

  private static BufferedImage drawn(Map<String, BufferedImage> cells) {
    int rows = (cells.size() + COLUMNS - 1) / COLUMNS;
    BufferedImage sheet = new BufferedImage(COLUMNS * (SIZE + GAP) + GAP, rows * (SIZE + CAPTION + GAP) + GAP,
        BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    graphics.setColor(new Color(0x333333));
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    int i = 0;
    for (Map.Entry<String, BufferedImage> cell : cells.entrySet()) {
      int x = GAP + i % COLUMNS * (SIZE + GAP);
      int y = GAP + i / COLUMNS * (SIZE + CAPTION + GAP);
      graphics.drawImage(cell.getValue(), x, y, null);
      graphics.drawString(cell.getKey(), x, y + SIZE + CAPTION - 6);
      i++;
    }
    graphics.dispose();
    return sheet;
  }
}
