package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** A batch for which there isn't enough memory is refused by name, and the network goes on with smaller ones. */
class OutOfMemoryTest {
  private static final int SIZE = 64;

  @Test
  void isNamedAndSurvived() throws Exception {
    Forked forked = Forked.run(Steps.class, Map.of("OMP_NUM_THREADS", "1"), "-Xmx256m",
        "-Dorg.bytedeco.javacpp.maxbytes=128m", "-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
    assertEquals(0, forked.exit(), () -> String.join("\n", forked.lines()));
    assertEquals(List.of("small true", "large refused", "large refused", "unchanged true", "small true", "small true"),
        forked.after("STEP "), () -> String.join("\n", forked.lines()));
  }

  private static ComputationGraph net() {
    return Networks.initialised(Networks.builder(DataType.FLOAT, InputType.convolutional(SIZE, SIZE, 3))
        .addLayer("conv1", Networks.convolution(32), "image").addLayer("conv2", Networks.convolution(32), "conv1")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "conv2")
        .addLayer("classes", Networks.classes(), "pool").setOutputs("classes"));
  }

  static final class Steps {
    private static final FastComputationGraph FAST = OneDnn.wrap(net());

    public static void main(String[] arguments) {
      fit("small", 2);
      INDArray before = FAST.params().dup();
      fit("large", 128);
      fit("large", 128);
      System.out.println("STEP unchanged " + before.equals(FAST.params()));
      fit("small", 2);
      fit("small", 3);
      System.exit(0);
    }

    private static void fit(String name, int count) {
      try {
        FAST.fit(new DataSet(Nd4j.ones(DataType.FLOAT, count, 3, SIZE, SIZE), Networks.labels(count)));
        System.out.println("STEP " + name + " " + Double.isFinite(FAST.score()));
      } catch (EngineException.OutOfMemory e) {
        System.out.println("STEP " + name + " refused");
      }
    }
  }
}
