package org.resnet4j.zoo.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class PreprocessingTest {
  private final BufferedImage image = SampleImages.formula(61, 47);

  @Test
  void resizeAndCentreCropAreTorchvisions() {
    // w, h = image.size; r = image.resize((int(36 * w / h), 36), Image.BILINEAR); r is 46 x 36; r.crop((7, 2, 39, 34))
    BufferedImage fitted = Preprocessing.unit(32).withResize(new Resize.ShorterSide(36)).fit(image);
    assertEquals(2173613049L, SampleImages.crc(fitted));
    assertEquals(SampleImages.rgb(163, 185, 142), fitted.getRGB(16, 10) & 0xFFFFFF);
  }

  @Test
  void stretchIgnoresTheAspectRatio() {  // image.resize((24, 24), Image.BILINEAR)
    assertEquals(3925597837L, SampleImages.crc(Preprocessing.unit(24).withResize(new Resize.Stretch()).fit(image)));
  }

  @ParameterizedTest
  @CsvSource({"224, 256", "112, 128", "299, 342", "64, 73"})
  void presetsCropAnEighthAway(int size, int shorterSide) {
    assertEquals(new Resize.ShorterSide(shorterSide), Preprocessing.torch(size).resize());
  }

  @Test
  void torchGivesMeanAndStdOfImageNetInRgbOrder() {
    INDArray input = ofOneColour(Preprocessing.torch(8), CNN2DFormat.NCHW);
    assertArrayEquals(new long[] {1, 3, 8, 8}, input.shape());
    assertEquals((10 / 255.0 - 0.485) / 0.229, input.getDouble(0, 0, 4, 4), 1e-6);
    assertEquals((100 / 255.0 - 0.456) / 0.224, input.getDouble(0, 1, 4, 4), 1e-6);
    assertEquals((200 / 255.0 - 0.406) / 0.225, input.getDouble(0, 2, 4, 4), 1e-6);
  }

  @Test
  void caffeGivesBgrMinusTheMeanColour() {
    INDArray input = ofOneColour(Preprocessing.caffe(8), CNN2DFormat.NHWC);
    assertArrayEquals(new long[] {1, 8, 8, 3}, input.shape());
    assertEquals(200 - 103.939, input.getDouble(0, 4, 4, 0), 1e-4);
    assertEquals(100 - 116.779, input.getDouble(0, 4, 4, 1), 1e-4);
    assertEquals(10 - 123.68, input.getDouble(0, 4, 4, 2), 1e-4);
  }

  @Test
  void tfGivesMinusOneToOne() {
    assertEquals(200 / 127.5 - 1, ofOneColour(Preprocessing.tf(8), CNN2DFormat.NCHW).getDouble(0, 2, 0, 0), 1e-6);
  }

  @Test
  void greyIsPillowsLuma() {  // image.convert("L").getpixel((0, 0)) and ((60, 0)), of the 61 x 47 formula image
    Preprocessing grey = Preprocessing.unit(47, Channels.of(1)).withResize(new Resize.Stretch());
    BufferedImage square = image.getSubimage(14, 0, 47, 47);
    assertEquals(69 / 255.0, grey.apply(square, CNN2DFormat.NCHW).getDouble(0, 0, 0, 46), 1e-6);
    assertEquals(10 / 255.0, grey.apply(image.getSubimage(0, 0, 47, 47), CNN2DFormat.NHWC).getDouble(0, 0, 0, 0), 1e-6);
  }

  @Test
  void channelStatisticsReplaceMeanAndStd() {
    Preprocessing own = Preprocessing.unit(8).withChannelStatistics(List.of(0.5, 0.4, 0.3), List.of(0.2, 0.3, 0.4));
    assertEquals((100 / 255.0 - 0.4) / 0.3, ofOneColour(own, CNN2DFormat.NCHW).getDouble(0, 1, 0, 0), 1e-6);
  }

  @Test
  void layoutsHoldTheSameNumbers() {
    Preprocessing torch = Preprocessing.torch(16);
    assertEquals(torch.apply(image, CNN2DFormat.NCHW), torch.apply(image, CNN2DFormat.NHWC).permute(0, 3, 1, 2));
  }

  @Test
  void imagesOfABatchLieBehindOneAnother() {
    Preprocessing unit = Preprocessing.unit(5);
    float[] batch = new float[2 * unit.inputLength()];
    unit.apply(image, CNN2DFormat.NHWC, batch, unit.inputLength());
    assertEquals(0, batch[unit.inputLength() - 1]);
    float[] alone = unit.apply(image, CNN2DFormat.NHWC).ravel().toFloatVector();
    assertArrayEquals(alone, java.util.Arrays.copyOfRange(batch, alone.length, 2 * alone.length));
  }

  static List<Preprocessing> presets() {
    return List.of(Preprocessing.torch(224), Preprocessing.caffe(224), Preprocessing.tf(96),
        Preprocessing.unit(32, Channels.GREY), Preprocessing.torch(64).withResize(new Resize.Stretch())
            .withInterpolation(Interpolation.BICUBIC));
  }

  @ParameterizedTest
  @MethodSource("presets")
  void jsonComesBackEqual(Preprocessing preprocessing) {
    assertEquals(preprocessing, Preprocessing.fromJson(preprocessing.toJson()));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "\"height\" : 32   | \"height\" : 0          | height must be 1 to 4096",
      "\"height\" : 32   | \"height\" : 9999999    | height must be 1 to 4096",
      "\"height\" : 32   | \"height\" : 31.5       | height",
      "\"height\" : 32   | \"height\" : \"32\"     | height",
      "\"height\" : 32,  | ''                      | height",
      "\"height\" : 32   | \"height\" : 32, \"height\" : 33 | height",
      "\"height\" : 32   | \"height\" : 32, \"depth\" : 3   | depth",
      "\"length\" : 32   | \"length\" : 31         | resize length must be 32",
      "SHORTER_SIDE      | LONGER_SIDE             | resize",
      "\"RGB\"           | \"RGBA\"                | channels",
      "\"RGB\"           | \"GREY\"                | mean must be 1 numbers",
      "\"RGB\"           | null                    | channels",
      "\"RGB\"           | 0                       | channels",
      "1.0, 1.0, 1.0     | 1.0, 0.0, 1.0           | std of channel 1",
      "1.0, 1.0, 1.0     | 1.0, -1.0, 1.0          | std of channel 1",
      "1.0, 1.0, 1.0     | 1.0, 1.0                | std must be 3 numbers",
      "1.0, 1.0, 1.0     | 1.0, 1.0, null          | std",
      "1.0, 1.0, 1.0     | 1.0, 1e-300, 1.0        | a float can hold",
      "0.0, 0.0, 0.0     | 0.0, NaN, 0.0           | mean",
      "0.0, 0.0, 0.0     | 0.0, \"NaN\", 0.0       | mean",
      "0.0, 0.0, 0.0     | 0.0, 1e999, 0.0         | mean of channel 1"})
  void damagedJsonIsRefusedNamingTheField(String good, String bad, String expected) {
    String json = Preprocessing.unit(32).toJson();
    assertTrue(json.contains(good), json);
    String damaged = json.replace(good, bad);
    String sentence = assertThrows(IllegalArgumentException.class, () -> Preprocessing.fromJson(damaged)).getMessage();
    assertTrue(sentence.startsWith("preprocessing: ") && sentence.contains(expected), sentence);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "7", "{", "{} {}"})
  void whatIsNotOneObjectIsRefused(String json) {
    assertThrows(IllegalArgumentException.class, () -> Preprocessing.fromJson(json));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void otherChannelCountsAreRefused(int count) {
    String sentence = assertThrows(IllegalArgumentException.class, () -> Channels.of(count)).getMessage();
    assertTrue(sentence.contains("found " + count), sentence);
  }

  private static INDArray ofOneColour(Preprocessing preprocessing, CNN2DFormat format) {
    BufferedImage image = new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 600; i++) {
      image.setRGB(i % 30, i / 30, SampleImages.rgb(10, 100, 200));
    }
    return preprocessing.apply(image, format);
  }
}
