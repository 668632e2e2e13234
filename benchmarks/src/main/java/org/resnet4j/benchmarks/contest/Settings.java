package org.resnet4j.benchmarks.contest;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.Pipeline;
import org.resnet4j.zoo.ResNets;

/**
 * What a command line asks for.
 *
 * @param models of the zoo; empty for the job's usual ones
 * @param batches empty for the model's usual ones
 * @param threads numbers or {@code all}
 * @param pipelines empty for the job's usual ones
 */
record Settings(Job job, List<String> models, List<Integer> batches, List<String> threads, List<Pipeline> pipelines) {
  private static final String CIFAR = "cifar_resnet20";

  /** The networks that a contest is about unless others are named. */
  static List<String> usualModels(Job job) {
    return switch (job) {
      case INFERENCE -> List.of("resnet18", "resnet50", "resnet152", "resnext50_32x4d", CIFAR);
      case TRAINING -> List.of("resnet18", "resnet50", CIFAR);
    };
  }

  /** The batches that a network gets unless others are named. */
  static List<Integer> usualBatches(Job job, String model) {
    return switch (job) {
      case INFERENCE -> List.of(1, 8, 32);
      case TRAINING -> model.startsWith("cifar_") ? List.of(128) : List.of(8, 16, 32);
    };
  }

  private static List<Pipeline> usualPipelines(Job job) {
    return switch (job) {
      case INFERENCE -> List.of(Pipeline.OFF);
      case TRAINING -> List.of(Pipeline.OFF, Pipeline.ON);
    };
  }

  /**
   * All combinations.
   *
   * @throws IllegalArgumentException that says what makes no sense
   */
  List<Setting> all(Machine machine) {
    if (job == Job.INFERENCE && pipelines.contains(Pipeline.ON)) {
      throw new IllegalArgumentException("--pipeline: only training has one");
    }
    List<Setting> settings = new ArrayList<>();
    for (String model : new LinkedHashSet<>(models.isEmpty() ? usualModels(job) : models)) {
      ResNets.spec(model);
      for (int batch : new LinkedHashSet<>(batches.isEmpty() ? usualBatches(job, model) : batches)) {
        if (batch < 1) {
          throw new IllegalArgumentException("--batch: expected numbers above 0, found " + batch);
        }
        for (String count : new LinkedHashSet<>(threads)) {
          for (Pipeline pipeline : new LinkedHashSet<>(pipelines.isEmpty() ? usualPipelines(job) : pipelines)) {
            settings.add(new Setting(job, model, batch, Threads.parse(count, machine.cores()), pipeline));
          }
        }
      }
    }
    return settings;
  }
}
