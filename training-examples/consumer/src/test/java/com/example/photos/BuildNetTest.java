package com.example.photos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BuildNetTest {
  @Test
  void aNetForThreeClassesGivesThreeProbabilitiesAnImage() {
    INDArray images = Nd4j.rand(2, 3, 64, 64);
    INDArray probabilities = BuildNet.build().outputSingle(images);
    assertArrayEquals(new long[] {2, 3}, probabilities.shape());
    assertEquals(1, probabilities.getRow(0).sumNumber().doubleValue(), 1e-5);
  }

  @Test
  void onlyOneSystemsNativesAreOnTheClassPath() {
    List<String> systems = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> new File(entry).getName())
        .filter(jar -> jar.matches(".*-(linux|windows|macosx|android|ios)-.*"))
        .map(jar -> jar.replaceAll(".*-((linux|windows|macosx|android|ios)-[a-z0-9_]+).*", "$1"))
        .distinct().toList();
    assertEquals(1, systems.size(), systems.toString());
  }
}
