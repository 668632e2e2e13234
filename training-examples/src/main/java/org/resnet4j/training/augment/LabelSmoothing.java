package org.resnet4j.training.augment;

import java.util.random.RandomGenerator;
import org.resnet4j.training.data.Mixing;

/**
 * Labels become {@code (1 - epsilon) * label + epsilon / classes} (Szegedy et al. 2015, arXiv 1512.00567, section 7): with
 * a cross-entropy loss the same as torch's {@code CrossEntropyLoss(label_smoothing=epsilon)}. Before or after mixup and
 * CutMix gives the same.
 *
 * @param epsilon 0 to 1
 */
public record LabelSmoothing(double epsilon) implements Mixing {
  public LabelSmoothing {
    if (!(epsilon >= 0 && epsilon <= 1)) {
      throw new IllegalArgumentException("label smoothing must be 0 to 1, found " + epsilon);
    }
  }

  @Override public void mix(Features features, float[] labels, RandomGenerator random) {
    int classes = labels.length / features.images();
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (float) ((1 - epsilon) * labels[i] + epsilon / classes);
    }
  }
}
