package org.resnet4j.benchmarks.cluster;

import java.nio.file.Path;
import java.util.List;

/**
 * What is trained, in the cluster as alone: {@value #RECIPE}, with its crops and flips.
 *
 * @param precision as {@code --precision} has it
 * @param batch of each worker
 * @param steps of each worker in an epoch
 * @param epochs two or more
 */
record Training(String precision, int batch, int steps, int epochs) {
  static final String RECIPE = "cifar10-fast";
  static final String MODEL = "cifar_resnet20";

  /** The images that so many workers have together. */
  int images(int workers) {
    return workers * batch * steps;
  }

  /** The command and its options. */
  List<String> arguments(int workers, Path images, Path out) {
    return List.of("train", "--recipe", RECIPE, "--batch", "" + workers * batch, "--epochs", "" + epochs, "--precision",
        precision, "--data", images.toString(), "--out", out.toString());
  }
}
