package org.resnet4j.training.augment;

import java.util.List;
import java.util.random.RandomGenerator;
import org.resnet4j.training.data.Mixing;

/**
 * One of several mixings for each batch, each as likely as another: torchvision's {@code v2.RandomChoice}.
 *
 * @param choices one or more; {@link Mixing#NONE} may be among them
 */
public record MixingChoice(List<Mixing> choices) implements Mixing {
  public MixingChoice {
    choices = List.copyOf(choices);
    if (choices.isEmpty()) {
      throw new IllegalArgumentException("a choice of mixings needs one or more, found none");
    }
  }

  public static MixingChoice of(Mixing... choices) {
    return new MixingChoice(List.of(choices));
  }

  @Override public void mix(Features features, float[] labels, RandomGenerator random) {
    choices.get(random.nextInt(choices.size())).mix(features, labels, random);
  }
}
