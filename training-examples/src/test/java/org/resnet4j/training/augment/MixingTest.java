package org.resnet4j.training.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Rectangle;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.training.data.Mixing;
import org.resnet4j.training.data.Mixing.Features;

class MixingTest {
  private static final JsonNode RECORDED = Recorded.read("batches");

  /** The recorded batch, with room to spare behind it, in either layout. */
  private static Features features(boolean channelsLast) {
    float[] recorded = inLayout(Recorded.floats(RECORDED.get("features")), channelsLast);
    float[] values = Arrays.copyOf(recorded, recorded.length + 3);
    JsonNode shape = RECORDED.get("shape");
    return new Features(values, shape.get(0).asInt(), shape.get(1).asInt(), shape.get(2).asInt(), shape.get(3).asInt(),
        channelsLast);
  }

  private static float[] inLayout(float[] nchw, boolean channelsLast) {
    int[] shape = {4, 2, 5, 6};
    INDArray array = Nd4j.create(nchw, new long[] {shape[0], shape[1], shape[2], shape[3]}, 'c');
    return channelsLast ? array.permute(0, 2, 3, 1).dup('c').data().asFloat() : nchw;
  }

  private static void assertBatch(JsonNode recorded, Features features, float[] labels) {
    float[] expected = inLayout(Recorded.floats(recorded.get("features")), features.channelsLast());
    assertArrayEquals(Arrays.copyOf(expected, expected.length + 3), features.values());
    assertArrayEquals(Recorded.floats(recorded.get("labels")), labels);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mixupEqualsTorchvisions(boolean channelsLast) {
    for (JsonNode recorded : RECORDED.get("mixup")) {
      Features features = features(channelsLast);
      float[] labels = Recorded.floats(RECORDED.get("labels"));
      Mixup.mix(features, labels, recorded.get("lambda").asDouble());
      assertBatch(recorded, features, labels);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cutMixEqualsTorchvisions(boolean channelsLast) {
    for (JsonNode recorded : RECORDED.get("cutmix")) {
      Features features = features(channelsLast);
      float[] labels = Recorded.floats(RECORDED.get("labels"));
      Rectangle box = CutMix.box(features.width(), features.height(), recorded.get("lambda").asDouble(),
          Recorded.draws(recorded.get("draws")));
      JsonNode corners = recorded.get("box");
      assertEquals(new Rectangle(corners.get(0).asInt(), corners.get(1).asInt(),
          corners.get(2).asInt() - corners.get(0).asInt(), corners.get(3).asInt() - corners.get(1).asInt()), box);
      assertEquals(recorded.get("corrected").asDouble(), CutMix.kept(features, box));
      CutMix.mix(features, labels, box);
      assertBatch(recorded, features, labels);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.2, 1, 3.5})
  void sharesAreOfTheBetaDistribution(double alpha) {
    SplittableRandom random = new SplittableRandom(1);
    double[] shares = new double[4000];
    Arrays.setAll(shares, i -> new BetaDraw(alpha).next(random));
    double likelihood = new KolmogorovSmirnovTest().kolmogorovSmirnovTest(new BetaDistribution(null, alpha, alpha), shares,
        false);
    assertNotEquals(0, likelihood, 0.001, "alpha " + alpha);
  }

  @Test
  void aBatchOfOneIsMixedWithItself() {
    for (Mixing mixing : List.of(new Mixup(1), new CutMix(1))) {
      float[] values = {1, 2, 3, 4};
      float[] labels = {0, 1};
      mixing.mix(new Features(values, 1, 1, 2, 2, false), labels, new SplittableRandom(1));
      assertArrayEquals(new float[] {1, 2, 3, 4}, values, 1e-6f);
      assertArrayEquals(new float[] {0, 1}, labels, 1e-6f);
    }
  }

  @Test
  void oneOfTheChoicesIsTakenForEachBatch() {
    int[] counts = new int[3];
    Mixing choice = MixingChoice.of((f, l, r) -> counts[0]++, (f, l, r) -> counts[1]++, (f, l, r) -> counts[2]++);
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 3000; i++) {
      choice.mix(features(false), new float[4], random);
    }
    for (int count : counts) {
      assertEquals(1000, count, 130);
    }
    assertThrows(IllegalArgumentException.class, () -> new MixingChoice(List.of()));
  }

  @Test
  void mixingsFollowEachOther() {
    float[] labels = {1, 0, 0, 1};
    Features features = new Features(new float[] {10, 20}, 2, 1, 1, 1, false);
    Mixing first = (f, l, random) -> f.values()[0] += 1;
    first.then((f, l, random) -> f.values()[0] *= 2).then(new LabelSmoothing(0.5)).mix(features, labels,
        new SplittableRandom(1));
    assertEquals(22, features.values()[0]);
    assertArrayEquals(new float[] {0.75f, 0.25f, 0.25f, 0.75f}, labels);
  }

  @Test
  void anyIteratorsBatchesAreMixedByAPreProcessor() {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      boolean channelsLast = format == CNN2DFormat.NHWC;
      Features features = features(channelsLast);
      long[] shape = channelsLast ? new long[] {4, 5, 6, 2} : new long[] {4, 2, 5, 6};
      INDArray pixels = Nd4j.create(Arrays.copyOf(features.values(), 240), shape, 'c');
      INDArray labels = Nd4j.create(Recorded.floats(RECORDED.get("labels")), new long[] {4, 3}, 'c');
      MixingPreProcessor preProcessor = new MixingPreProcessor(new CutMix(1), format, 7);
      DataSet first = new DataSet(pixels.dup('f'), labels.dup('f'));
      DataSet second = new DataSet(pixels.dup(), labels.dup());
      DataSet again = new DataSet(pixels.dup(), labels.dup());
      preProcessor.preProcess(first);
      preProcessor.preProcess(second);
      new MixingPreProcessor(new CutMix(1), format, 7).preProcess(again);
      assertEquals(again.getFeatures(), first.getFeatures());
      assertEquals(again.getLabels(), first.getLabels());
      assertNotEquals(pixels, first.getFeatures());
      assertNotEquals(first.getLabels(), second.getLabels());
      assertEquals(4, first.getLabels().sumNumber().doubleValue(), 1e-5);
    }
    Exception refused = assertThrows(IllegalArgumentException.class, () -> new MixingPreProcessor(new Mixup(1),
        CNN2DFormat.NCHW, 1).preProcess(new DataSet(Nd4j.zeros(3, 4), Nd4j.zeros(3, 2))));
    assertEquals("mixing needs images of 4 dimensions and labels [N, classes] of as many, found [3, 4] and [3, 2]",
        refused.getMessage());
  }

  @Test
  void impossibleParametersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Mixup(0));
    assertThrows(IllegalArgumentException.class, () -> new CutMix(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new LabelSmoothing(1.5));
  }
}
