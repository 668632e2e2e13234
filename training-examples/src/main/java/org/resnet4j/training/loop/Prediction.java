package org.resnet4j.training.loop;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a net said about one image whose class is known.
 *
 * @param index of the image in the order in which it was read
 * @param label the right class
 * @param top up to {@value #KEPT} classes, the likeliest first; equal probabilities in class order
 * @param probabilities of those
 * @param loss the cross-entropy in nats, at most {@value #WORST_LOSS} (a float32 probability that underflowed)
 */
public record Prediction(int index, int label, int[] top, float[] probabilities, double loss)
    implements Serializable {
  /** How many of the likeliest classes are kept. */
  public static final int KEPT = 5;

  private static final double WORST_LOSS = 88;

  static Prediction of(int index, int label, float[] probabilities) {
    int kept = Math.min(KEPT, probabilities.length);
    int[] top = IntStream.range(0, probabilities.length).boxed()
        .sorted((a, b) -> Float.compare(probabilities[b], probabilities[a]))
        .limit(kept).mapToInt(Integer::intValue).toArray();
    float[] best = new float[kept];
    for (int i = 0; i < kept; i++) {
      best[i] = probabilities[top[i]];
    }
    return new Prediction(index, label, top, best, Math.min(WORST_LOSS, -Math.log(probabilities[label])));
  }

  /** The same of an image at another place. */
  public Prediction at(int place) {
    return new Prediction(place, label, top, probabilities, loss);
  }

  /** The likeliest class. */
  public int predicted() {
    return top[0];
  }

  /** Whether the likeliest class is the right one. */
  public boolean right() {
    return top[0] == label;
  }

  /** Whether the right class is among the likeliest five. */
  public boolean amongTop() {
    return Arrays.stream(top).anyMatch(c -> c == label);
  }
}
