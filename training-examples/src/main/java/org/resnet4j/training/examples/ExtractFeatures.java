package org.resnet4j.training.examples;

import java.nio.file.Path;
import org.resnet4j.zoo.classify.ImageClassifier;
import org.resnet4j.zoo.image.ImageDecoder;

/** Compares two images by the network's features. Arguments: a saved model's folder, two image files. */
public final class ExtractFeatures {
  private ExtractFeatures() {}

  /** The program. */
  public static void main(String[] arguments) {
    try (ImageClassifier classifier = ImageClassifier.load(Path.of(arguments[0]))) {
      float[] one = classifier.features(ImageDecoder.DEFAULT.decode(Path.of(arguments[1])));
      float[] other = classifier.features(ImageDecoder.DEFAULT.decode(Path.of(arguments[2])));
      System.out.printf("%d features, cosine similarity %.4f%n", one.length, cosine(one, other));
    }
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      squaresA += a[i] * a[i];
      squaresB += b[i] * b[i];
    }
    return product / Math.sqrt(squaresA * squaresB);
  }
}
