package com.example.photos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;

class EngineTest {
  @Test
  void aCompiledNetPredictsAsTheNetDoes() {
    assertEquals(Optional.empty(), OneDnn.unavailable());
    ComputationGraph net = BuildNet.build();
    INDArray images = Nd4j.rand(4, 3, 64, 64).muli(2).subi(1);
    INDArray expected = net.outputSingle(images);
    assertTrue(expected.std(0).minNumber().doubleValue() > 1e-3, "the images look alike to the net: " + expected);
    try (CompiledGraph compiled = OneDnn.compile(net, EngineOptions.standard())) {
      INDArray found = compiled.output(images)[0];
      assertEquals(0, found.sub(expected).amaxNumber().doubleValue(), 1e-4, () -> found + " for " + expected);
    }
  }
}
