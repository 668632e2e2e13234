package org.resnet4j.zoo.classify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Channels;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.image.ImageFiles;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.image.SampleImages;
import org.resnet4j.zoo.weights.SavedModel;

class ImageClassifierTest {
  private static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog");
  private static final Preprocessing PREPROCESSING = Preprocessing.caffe(32);
  @TempDir
  private Path temp;
  private final List<Path> photos = new ArrayList<>();

  @BeforeEach
  void somePhotos() throws IOException {
    for (int i = 0; i < 20; i++) {
      photos.add(Files.write(temp.resolve(i + ".png"), ImageFiles.encode(SampleImages.formula(40 + i, 50 - i), "png")));
    }
  }

  private static ComputationGraph graph(CNN2DFormat format) {
    return ResNets.named("cifar_resnet20").numClasses(4).inputShape(3, 32, 32).format(format).build().init();
  }

  private Path saved(ComputationGraph graph, Preprocessing preprocessing) {
    Path folder = temp.resolve("model");
    new SavedModel(graph, CLASSES, preprocessing, Map.of()).save(folder);
    return folder;
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void predictionsAreTheNetworksOutputsByName(CNN2DFormat format) throws IOException {
    ComputationGraph graph = graph(format);
    BufferedImage image = ImageDecoder.DEFAULT.decode(photos.get(3));
    float[] expected = graph.outputSingle(PREPROCESSING.apply(image, format)).toFloatVector();
    try (ImageClassifier classifier = ImageClassifier.load(saved(graph, PREPROCESSING))) {
      List<Prediction> all = classifier.classify(photos.get(3), 9);
      assertEquals(4, all.size());
      for (int i = 0; i < 4; i++) {
        Prediction prediction = all.get(i);
        assertEquals(expected[CLASSES.indexOf(prediction.className())], prediction.probability(), 1e-6);
        assertTrue(i == 0 || prediction.probability() <= all.get(i - 1).probability(), all.toString());
      }
      assertEquals(all.subList(0, 2), classifier.classify(image, 2));
      assertEquals(all, classifier.classify(new ByteArrayInputStream(Files.readAllBytes(photos.get(3))), 4));
    }
  }

  @Test
  void manyThreadsGetTheSameBitsAsOne() throws Exception {
    try (ImageClassifier classifier = ImageClassifier.load(saved(graph(CNN2DFormat.NCHW), PREPROCESSING))) {
      List<List<Prediction>> alone = photos.stream().map(photo -> classifier.classify(photo, 4)).toList();
      assertTrue(alone.stream().distinct().count() > 10, "the photos must tell the threads apart");
      ExecutorService threads = Executors.newFixedThreadPool(8);
      try {
        List<Future<List<Prediction>>> together = IntStream.range(0, 100)
            .mapToObj(i -> threads.submit(() -> classifier.classify(photos.get(i % 20), 4))).toList();
        for (int i = 0; i < 100; i++) {
          assertEquals(alone.get(i % 20), together.get(i).get());
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  void batchesGiveTheSamePredictionsInTheFilesOrder() {
    try (ImageClassifier classifier = ImageClassifier.load(saved(graph(CNN2DFormat.NCHW), PREPROCESSING))) {
      List<List<Prediction>> together = classifier.classify(photos, 1);
      assertEquals(20, together.size());
      for (int i = 0; i < 20; i++) {
        Prediction alone = classifier.classify(photos.get(i), 1).get(0);
        assertEquals(alone.className(), together.get(i).get(0).className());
        assertEquals(alone.probability(), together.get(i).get(0).probability(), 1e-5);
      }
      assertEquals(List.of(), classifier.classify(List.of(), 1));
    }
  }

  @Test
  void featuresAreThePooledValues() {
    ComputationGraph graph = graph(CNN2DFormat.NCHW);
    BufferedImage image = ImageDecoder.DEFAULT.decode(photos.get(0));
    INDArray pooled = graph.output(List.of("pool"), false,
        new INDArray[] {PREPROCESSING.apply(image, CNN2DFormat.NCHW)}, null)[0];
    try (ImageClassifier classifier = ImageClassifier.load(saved(graph, PREPROCESSING))) {
      float[] features = classifier.features(image);
      assertEquals(64, features.length);
      assertArrayEquals(pooled.ravel().toFloatVector(), features, 1e-5f);
    }
  }

  @Test
  void aModelWithAFrozenStemIsAskedInItsOwnLayout() {
    ComputationGraph graph = ResNetTransfer.freezeThrough(graph(CNN2DFormat.NHWC), "stage1");
    try (ImageClassifier frozen = ImageClassifier.load(saved(graph, PREPROCESSING))) {
      assertEquals(4, frozen.classify(photos.get(0), 4).size());
    }
  }

  @Test
  void whatIsNoImageIsRefusedAndTheNextOneWorks() throws IOException {
    Path text = Files.writeString(temp.resolve("text.jpg"), "no image");
    try (ImageClassifier classifier = ImageClassifier.load(saved(graph(CNN2DFormat.NCHW), PREPROCESSING))) {
      assertThrows(ImageException.class, () -> classifier.classify(text, 1));
      assertEquals(1, classifier.classify(photos.get(0), 1).size());
      assertThrows(IllegalArgumentException.class, () -> classifier.classify(photos.get(0), 0));
    }
  }

  @Test
  void preprocessingOfOtherChannelsIsRefused() {
    Path folder = saved(graph(CNN2DFormat.NCHW), Preprocessing.unit(32, Channels.GREY));
    String sentence = assertThrows(IllegalArgumentException.class, () -> ImageClassifier.load(folder)).getMessage();
    assertTrue(sentence.contains("takes 3 channels") && sentence.contains("GREY"), sentence);
  }
}
