package org.resnet4j.benchmarks.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasuredTest {
  @TempDir
  Path folder;

  @Test
  void theExampleIsRead() {
    Measured measured = Example.measured();
    assertEquals(25_000_000, measured.network().momentum());
    assertEquals(0.002, measured.spark().task());
    assertEquals(1.4, measured.workers().get(0).step(20), 1e-9, "halfway between 8 and 32 images");
    assertEquals(Plan.parameters(16, 64), measured.checks().get(0).runs().get(1).plan());
  }

  @Test
  void theProjectsOwnFileIsRead() {
    assertEquals(25_557_032 + 53_120, Measured.read(Path.of("cluster", "measured.yaml")).network().values());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "values: 25000000, | values: 0, | network | above 0, found 0",
      "values: 25000000, | values: many, | network.values | many",
      "values: 25000000, | '' | network | values",
      "values: 25000000, | 'values: 25000000, size: 3,' | network.size | size",
      "goodput: 0.9 | goodput: 1.1 | host | 1 at most",
      "add: 1.5e9 | add: .nan | host.add | found otherwise",
      "task: 0.002 | task: -1 | spark | 0 or more, found -1",
      "seconds: 2.2 | seconds: 0.2 | workers[0] | grow with the images",
      "seconds: 2.2 | seconds: 3.2 | workers[0] | no more than in proportion",
      "mode: gradients, k: 1 | mode: gradients, k: 2 | checks | one alone for gradients",
      "mode: gradients, k: 1 | mode: weights, k: 1 | checks[0].runs[0].mode | weights",
      "'network: {name: example' | 'network: {{name: example' | network | expected YAML or JSON",
  })
  void whatMakesNoSenseIsSaid(String good, String bad, String where, String what) throws IOException {
    String text = Example.text();
    assertTrue(text.contains(good), good);
    Path file = folder.resolve("spoilt.yaml");
    Files.writeString(file, text.replace(good, bad));
    ScalingException refused = assertThrows(ScalingException.class, () -> Measured.read(file));
    for (String part : List.of("spoilt.yaml", where, what)) {
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
  }

  @Test
  void aFileThatIsNotThereIsSaid() {
    assertTrue(assertThrows(ScalingException.class, () -> Measured.read(folder.resolve("none.yaml"))).getMessage()
        .contains("--measured"));
  }
}
