package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.Pipeline;

class SettingsTest {
  private static final Machine MACHINE = new Machine("Some CPU", Set.of(), 2);

  private static List<String> labels(Settings settings) {
    return settings.all(MACHINE).stream().map(Setting::label).toList();
  }

  @Test
  void trainingIsOfLargerBatchesAndCifarsLarger() {
    assertEquals(List.of("train resnet18 b8 t1", "train resnet18 b16 t1", "train resnet18 b32 t1",
        "train resnet50 b8 t1", "train resnet50 b16 t1", "train resnet50 b32 t1", "train cifar_resnet20 b128 t1"),
        labels(new Settings(Job.TRAINING, List.of(), List.of(), List.of("1"), List.of(Pipeline.OFF))));
  }

  @Test
  void inferenceHasTheSameBatchesForAll() {
    assertEquals(List.of("cifar_resnet20 b1 tall", "cifar_resnet20 b8 tall", "cifar_resnet20 b32 tall"),
        labels(new Settings(Job.INFERENCE, List.of("cifar_resnet20"), List.of(), List.of("all"), List.of())));
  }

  @Test
  void whatIsNamedTwiceIsThereOnce() {
    assertEquals(List.of("train resnet18 b4 t1", "train resnet18 b4 tall"),
        labels(new Settings(Job.TRAINING, List.of("resnet18", "resnet18"), List.of(4, 4), List.of("1", "all", "1"),
            List.of(Pipeline.OFF, Pipeline.OFF))));
  }

  @Test
  void trainingIsWithAndWithoutPipeline() {
    assertEquals(List.of("train cifar_resnet20 b128 t1", "train cifar_resnet20 b128 t1 pipeline"),
        labels(new Settings(Job.TRAINING, List.of("cifar_resnet20"), List.of(), List.of("1"), List.of())));
  }

  @Test
  void inferenceHasNoPipeline() {
    Settings settings = new Settings(Job.INFERENCE, List.of("resnet18"), List.of(1), List.of("1"),
        List.of(Pipeline.ON));
    assertThrows(IllegalArgumentException.class, () -> settings.all(MACHINE));
  }

  @Test
  void unknownModelsAreRefused() {
    assertThrows(IllegalArgumentException.class,
        () -> new Settings(Job.TRAINING, List.of("resnet51"), List.of(), List.of("1"), List.of()).all(MACHINE));
  }
}
