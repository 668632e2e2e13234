package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.engine.Deviation.difference;
import static org.resnet4j.engine.Networks.images;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.engine.EngineException.WrongInput;

class WrongInputTest {
  private final ComputationGraph plain = Networks.residual();
  private final CompiledGraph compiled = OneDnn.compile(plain);

  @AfterEach
  void close() {
    compiled.close();
  }

  private void assertWrong(String message, INDArray... inputs) {
    WrongInput wrong = assertThrows(WrongInput.class, () -> compiled.output(inputs));
    assertEquals(message + " Give the network inputs of the shapes that it was built for.", wrong.getMessage());
    // Nothing is left of it.
    assertTrue(difference(plain.outputSingle(images(2)), compiled.output(images(2))[0]) < 1e-4);
  }

  @Test
  void numberOfInputs() {
    assertWrong("inputs: expected 1 of the names [image], found null.", (INDArray[]) null);
    assertWrong("inputs: expected 1 of the names [image], found 0 arrays.");
    assertWrong("inputs: expected 1 of the names [image], found 2 arrays.", images(1), images(1));
  }

  @Test
  void whatIsNoArrayOfNumbers() {
    String expected = "input image: expected 1 to 2147483647 numbers on 1 to 12 axes, found ";
    assertWrong(expected + "null.", (INDArray) null);
    assertWrong(expected + "shape [0].", Nd4j.empty(DataType.FLOAT).reshape(0));
    assertWrong(expected + "shape [0, 3, 8, 8].", Nd4j.create(DataType.FLOAT, 0, 3, 8, 8));
    assertWrong(expected + "shape [2, 3, 0, 8].", Nd4j.create(DataType.FLOAT, 2, 3, 0, 8));
    assertWrong(expected + "shape [].", Nd4j.scalar(1f));
    assertWrong(expected + "type UTF8.", Nd4j.create("a", "b"));
    INDArray closed = Nd4j.ones(1, 3, 8, 8);
    closed.close();
    assertWrong(expected + "an array that was closed.", closed);
  }

  @Test
  void shapes() {
    for (INDArray x : new INDArray[] {Nd4j.ones(2, 4, 8, 8), Nd4j.ones(2, 8, 8, 3), Nd4j.ones(2, 192),
        Nd4j.ones(3, 8, 8), Nd4j.ones(192), Nd4j.ones(1, 1, 3, 8, 8), Nd4j.ones(3, 3, 3, 3, 3, 3, 3, 3)}) {
      String shape = Arrays.toString(x.shape());
      // The vertex is the last of those that the convolution computes with it.
      assertWrong("input image " + shape + ", at vertex relu1: expected images of 3 channels, found shape " + shape
          + ".", x);
    }
  }

  /** Global pooling: any image is right that the convolutions take. */
  @Test
  void otherSizesThatDl4jTakes() {
    for (INDArray x : new INDArray[] {Nd4j.rand(2, 3, 1, 1), Nd4j.rand(1, 3, 40, 7), Nd4j.rand(1, 3, 1, 9)}) {
      assertTrue(difference(plain.outputSingle(x), compiled.output(x)[0]) < 1e-4);
    }
  }

  private void assertSame(INDArray x) {
    INDArray copy = Nd4j.createUninitialized(DataType.FLOAT, x.shape(), 'c');
    for (int n = 0; n < x.size(0); n++) {
      for (int c = 0; c < 3; c++) {
        for (int h = 0; h < x.size(2); h++) {
          for (int w = 0; w < x.size(3); w++) {
            copy.putScalar(new int[] {n, c, h, w}, x.getFloat(n, c, h, w));
          }
        }
      }
    }
    INDArray expected = plain.outputSingle(copy);
    assertTrue(difference(expected, compiled.output(x)[0]) < 1e-4);
    assertEquals(copy, x.castTo(DataType.FLOAT), "the input stays as it was");
  }

  @Test
  void anyLayoutInMemory() {
    INDArray x = images(4);
    assertSame(x.dup('f'));
    assertSame(x.get(NDArrayIndex.interval(1, 3)));
    assertSame(x.get(NDArrayIndex.interval(0, 2)));
    assertSame(x.get(NDArrayIndex.interval(0, 2, 4)));
    assertSame(x.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(2, 7), NDArrayIndex.interval(1, 6)));
    assertSame(x.permute(0, 1, 3, 2));
    assertSame(images(3).permute(1, 0, 2, 3));
    assertSame(x.reshape(4, 8, 8, 3).permute(0, 3, 1, 2));
    assertSame(Nd4j.rand(DataType.FLOAT, 1, 3, 1, 8).broadcast(4, 3, 8, 8));
    assertSame(Nd4j.create(Nd4j.createBuffer(new float[] {1, 2, 3}), new long[] {2, 3, 8, 8}, new long[] {0, 1, 0, 0},
        0, 'c', DataType.FLOAT));
    assertSame(Nd4j.create(Nd4j.createBuffer(new float[] {9, 9, 1, 2, 3}), new long[] {2, 3, 8, 8},
        new long[] {0, 1, 0, 0}, 2, 'c', DataType.FLOAT));
    assertSame(x.castTo(DataType.DOUBLE).get(NDArrayIndex.interval(1, 4)).permute(0, 1, 3, 2));
    assertSame(x.slice(1).reshape(1, 3, 8, 8));
  }

  @Test
  void inAWorkspace() {
    INDArray expected = plain.outputSingle(images(2));
    WorkspaceConfiguration configuration = WorkspaceConfiguration.builder().initialSize(1 << 20).build();
    for (int round = 0; round < 3; round++) {
      INDArray found;
      INDArray part;
      try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "callers")) {
        INDArray attached = images(2).dup();
        assertTrue(attached.isAttached());
        found = compiled.output(attached)[0];
        assertTrue(difference(expected, compiled.output(attached.dup('f'))[0]) < 1e-4);
        part = compiled.output(attached.get(NDArrayIndex.interval(1, 2)))[0];
        assertEquals(workspace.getId(), attached.data().getParentWorkspace().getId());
      }
      assertTrue(difference(expected, found) < 1e-4, "outlives the workspace");
      assertTrue(difference(expected.get(NDArrayIndex.interval(1, 2)), part) < 1e-4);
    }
  }

  @Test
  void notANumberGoesThroughAsInDl4j() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      INDArray x = images(3);
      x.putScalar(new int[] {1, 0, 4, 4}, value);
      INDArray expected = plain.outputSingle(x);
      INDArray found = compiled.output(x)[0];
      for (int n = 0; n < 3; n++) {
        for (int i = 0; i < Networks.CLASSES; i++) {
          assertEquals(expected.getFloat(n, i), found.getFloat(n, i), 1e-4, value + " in image 1, result " + n);
        }
      }
    }
  }

  @Test
  void severalInputs() {
    ComputationGraph graph = Networks.initialised(new NeuralNetConfiguration.Builder().seed(7)
        .activation(Activation.IDENTITY).graphBuilder().addInputs("left", "right")
        .setInputTypes(InputType.convolutional(8, 8, 3), InputType.convolutional(8, 8, 3))
        .addLayer("conv1", Networks.convolution(4), "left")
        .addLayer("conv2", Networks.convolution(4), "right")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Subtract), "conv1", "conv2")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "sum")
        .addLayer("classes", Networks.classes(), "pool").setOutputs("classes", "pool"));
    try (CompiledGraph two = OneDnn.compile(graph)) {
      INDArray[] expected = graph.output(images(2), images(2).neg());
      INDArray[] found = two.output(images(2), images(2).neg());
      assertTrue(difference(expected[0], found[0]) < 1e-4);
      assertTrue(difference(expected[1], found[1]) < 1e-4);
      WrongInput wrong = assertThrows(WrongInput.class, () -> two.output(images(2), images(3)));
      assertTrue(wrong.getMessage().startsWith("input left [2, 3, 8, 8], right [3, 3, 8, 8], at vertex sum: "),
          wrong.getMessage());
      assertThrows(WrongInput.class, () -> two.output(images(2)));
      assertThrows(WrongInput.class, () -> two.output(images(2), null));
    }
  }
}
