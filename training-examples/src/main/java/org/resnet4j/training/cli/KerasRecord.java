package org.resnet4j.training.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.zoo.classify.ImageClassifier;
import org.resnet4j.zoo.classify.Prediction;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

/**
 * What Keras computed for image files with the model that the quickstart carries.
 *
 * @param framework that recorded it
 * @param right images whose likeliest class is their folder's
 * @param probabilities by the file's path {@code CLASS/NUMBER.png}, in the order of the classes
 */
record KerasRecord(String framework, List<String> classes, int right, Map<String, List<Double>> probabilities) {
  private static final double TOLERANCE = 1e-4;

  static KerasRecord read(InputStream json) throws IOException {
    try (json) {
      return JsonMapper.builder().build().readValue(json, KerasRecord.class);
    }
  }

  /** The same images through the imported model. */
  Comparison compare(Path model, Path images, PrintStream err) {
    ImportedModel imported = KerasSource.load(model, null, err);
    int side = imported.inputs().get(0).shape().size(1);
    List<String> files = probabilities.keySet().stream().filter(file -> Files.exists(images.resolve(file))).toList();
    int kerasRight = 0;
    int ownRight = 0;
    int sameClass = 0;
    double difference = 0;
    try (ImageClassifier classifier = new ImageClassifier(
        new SavedModel(imported.graph(), classes, Preprocessing.unit(side), Map.of()))) {
      List<List<Prediction>> own = classifier.classify(files.stream().map(images::resolve).toList(), classes.size());
      for (int i = 0; i < files.size(); i++) {
        List<Double> recorded = probabilities.get(files.get(i));
        String label = files.get(i).substring(0, files.get(i).indexOf('/'));
        String best = classes.get(recorded.indexOf(recorded.stream().max(Double::compare).orElseThrow()));
        String ownBest = own.get(i).get(0).className();
        kerasRight += best.equals(label) ? 1 : 0;
        ownRight += ownBest.equals(label) ? 1 : 0;
        sameClass += best.equals(ownBest) ? 1 : 0;
        for (Prediction prediction : own.get(i)) {
          difference = Math.max(difference,
              Math.abs(prediction.probability() - recorded.get(classes.indexOf(prediction.className()))));
        }
      }
    }
    return new Comparison(files.size(), kerasRight, ownRight, sameClass, difference);
  }

  /**
   * Image by image.
   *
   * @param sameClass images that both put in the same class
   * @param difference the largest between two probabilities
   */
  record Comparison(int images, int kerasRight, int ownRight, int sameClass, double difference) {
    boolean same() {
      return sameClass == images && difference <= TOLERANCE;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "Keras: %d of %d right. Deeplearning4j: %d of %d right, the same class as Keras"
          + " for %d of %d images; probabilities differ by %.1e at most.", kerasRight, images, ownRight, images,
          sameClass, images, difference);
    }
  }
}
