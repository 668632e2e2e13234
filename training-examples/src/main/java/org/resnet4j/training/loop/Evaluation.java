package org.resnet4j.training.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * A net's predictions over a set of images, and the figures that follow from them.
 *
 * @param classes the class names, in the order of the net's outputs
 * @param predictions one an image, in reading order
 */
public record Evaluation(List<String> classes, List<Prediction> predictions) {
  public Evaluation {
    classes = List.copyOf(classes);
    predictions = List.copyOf(predictions);
  }

  /**
   * Runs the net over every image once, in inference mode.
   *
   * @param network gives probabilities
   * @param batches labels are one-hot
   * @param batchDone told the number of images of each batch
   */
  public static Evaluation of(
      Network network, List<String> classes, DataSetIterator batches, IntConsumer batchDone) {
    List<Prediction> predictions = new ArrayList<>();
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      INDArray output = network.output(batch.getFeatures());
      float[][] probabilities = output.reshape(output.size(0), output.length() / output.size(0)).toFloatMatrix();
      int[] labels = batch.getLabels().argMax(1).toIntVector();
      for (int i = 0; i < labels.length; i++) {
        predictions.add(Prediction.of(predictions.size(), labels[i], probabilities[i]));
      }
      batchDone.accept(labels.length);
    }
    return new Evaluation(classes, predictions);
  }

  /** How many images there are. */
  public int count() {
    return predictions.size();
  }

  /** How many images' likeliest class is the right one. */
  public int right() {
    return (int) predictions.stream().filter(Prediction::right).count();
  }

  /** The share of right images. */
  public double accuracy() {
    return (double) right() / count();
  }

  /** The share of images whose right class is among the likeliest five. */
  public double topFiveAccuracy() {
    return (double) predictions.stream().filter(Prediction::amongTop).count() / count();
  }

  /** The mean cross-entropy in nats. */
  public double meanLoss() {
    return predictions.stream().mapToDouble(Prediction::loss).average().orElse(Double.NaN);
  }

  /** Counts of images, [right class][predicted class]. */
  public int[][] confusion() {
    int[][] counts = new int[classes.size()][classes.size()];
    predictions.forEach(p -> counts[p.label()][p.predicted()]++);
    return counts;
  }

  /** Precision, recall and F1 of each class, in class order. */
  public List<ClassScore> classScores() {
    int[][] confusion = confusion();
    List<ClassScore> scores = new ArrayList<>();
    for (int c = 0; c < confusion.length; c++) {
      int images = 0;
      int predicted = 0;
      for (int other = 0; other < confusion.length; other++) {
        images += confusion[c][other];
        predicted += confusion[other][c];
      }
      scores.add(new ClassScore(classes.get(c), images, predicted, confusion[c][c]));
    }
    return scores;
  }

  /** The wrongly classified images, the highest loss first. */
  public List<Prediction> worstMistakes(int limit) {
    return predictions.stream().filter(p -> !p.right())
        .sorted((a, b) -> Double.compare(b.loss(), a.loss())).limit(limit).toList();
  }

  /** The figures in four lines; the last is {@code R of N right}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "mean loss %.4f%ntop-1 %.4f%ntop-5 %.4f%n%d of %d right",
        meanLoss(), accuracy(), topFiveAccuracy(), right(), count());
  }

  /**
   * How well one class is told from the others.
   *
   * @param images that are of the class
   * @param predicted images that the net put in the class
   * @param right images of which both hold
   */
  public record ClassScore(String name, int images, int predicted, int right) {
    /** Of the images put in the class, the share that belongs there; NaN if there are none. */
    public double precision() {
      return predicted == 0 ? Double.NaN : (double) right / predicted;
    }

    /** Of the class's images, the share that was found; NaN if there are none. */
    public double recall() {
      return images == 0 ? Double.NaN : (double) right / images;
    }

    /** The harmonic mean of precision and recall; NaN if the class has neither images nor predictions. */
    public double f1() {
      return images + predicted == 0 ? Double.NaN : 2.0 * right / (images + predicted);
    }
  }
}
