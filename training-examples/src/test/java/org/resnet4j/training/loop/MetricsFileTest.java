package org.resnet4j.training.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
  @Test
  void isWholeAfterEachEpochInAnyLocale(@TempDir Path folder) throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      Path file = folder.resolve("metrics.csv");
      MetricsFile metrics = new MetricsFile(file, List.of(new EpochMetrics(0, Double.NaN, Double.NaN, 2, 0.25, 0, Double.NaN, 1, "head", 0.5, 0, Double.NaN)));
      assertEquals("0,,,2.000000,0.250000,0.00000000,,1.000,head,0.500000,0,", Files.readAllLines(file).get(1));
      metrics.add(new EpochMetrics(1, 1.5, 0.5, 1.25, 0.625, 0.1, 187.5, 12.25, "head", 0.875, 40, 0.125));
      List<String> lines = Files.readAllLines(file);
      assertTrue(lines.get(0).startsWith(
          "epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,images_per_second,seconds"));
      assertEquals("1,1.500000,0.500000,1.250000,0.625000,0.10000000,187.50,12.250,head,0.875000,40,0.1250", lines.get(2));
    } finally {
      Locale.setDefault(before);
    }
  }
}
