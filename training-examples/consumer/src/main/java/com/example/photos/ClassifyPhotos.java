package com.example.photos;

import java.nio.file.Path;
import org.resnet4j.zoo.classify.ImageClassifier;

/** Says what is on photos. Arguments: the folder of a saved model, then image files. */
public final class ClassifyPhotos {
  private ClassifyPhotos() {}

  public static void main(String[] arguments) {
    try (ImageClassifier classifier = ImageClassifier.load(Path.of(arguments[0]))) {
      for (int i = 1; i < arguments.length; i++) {
        System.out.println(arguments[i] + " " + classifier.classify(Path.of(arguments[i]), 3));
      }
    }
  }
}
