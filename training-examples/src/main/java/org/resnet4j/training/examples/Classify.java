package org.resnet4j.training.examples;

import java.nio.file.Path;
import org.resnet4j.zoo.classify.ImageClassifier;
import org.resnet4j.zoo.classify.Prediction;

/** Tells what is on images. Arguments: a saved model's folder, image files. */
public final class Classify {
  private Classify() {}

  /** The program. */
  public static void main(String[] arguments) {
    try (ImageClassifier classifier = ImageClassifier.load(Path.of(arguments[0]))) {
      for (int i = 1; i < arguments.length; i++) {
        Prediction best = classifier.classify(Path.of(arguments[i]), 1).get(0);
        System.out.printf("%s: %s (%.1f %%)%n", arguments[i], best.className(), 100 * best.probability());
      }
    }
  }
}
