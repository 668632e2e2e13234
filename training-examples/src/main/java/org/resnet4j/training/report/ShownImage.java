package org.resnet4j.training.report;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.training.loop.Prediction;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * An image in the report: a mistake, or one that the net got right.
 *
 * @param picture what it looks like, of any size
 * @param file its path as the report should name it
 * @param prediction what the net said
 * @param evidence where in it the net saw its classes
 */
public record ShownImage(BufferedImage picture, String file, Prediction prediction, Optional<Evidence> evidence) {

  /**
   * Grad-CAM's maps.
   *
   * @param seen the part of the picture that the net saw
   * @param predicted the map of the predicted class
   * @param truth the map of the right class; empty where that is the predicted one
   */
  public record Evidence(BufferedImage seen, float[][] predicted, Optional<float[][]> truth) {}

  /** Without evidence. */
  public ShownImage(BufferedImage picture, String file, Prediction prediction) {
    this(picture, file, prediction, Optional.empty());
  }

  /**
   * The same with evidence.
   *
   * @param preprocessing the network's
   * @param format of its input
   */
  public ShownImage explained(GradCam cam, Preprocessing preprocessing, CNN2DFormat format) {
    int[] labels = prediction.right() ? new int[] {prediction.label()}
        : new int[] {prediction.predicted(), prediction.label()};
    List<float[][]> maps = cam.maps(preprocessing.apply(picture, format), labels);
    return new ShownImage(picture, file, prediction, Optional.of(new Evidence(preprocessing.fit(picture), maps.get(0),
        prediction.right() ? Optional.empty() : Optional.of(maps.get(1)))));
  }
}
