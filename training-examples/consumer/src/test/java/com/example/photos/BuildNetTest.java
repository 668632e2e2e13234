package com.example.photos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
