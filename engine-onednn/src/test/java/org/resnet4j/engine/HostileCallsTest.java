package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.engine.Networks.images;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Calls that might harm, one after the other in one JVM: each ends in a result or an exception. */
class HostileCallsTest {
  @Test
  void nothingKillsTheJvm() throws Exception {
    Forked forked = Forked.run(Calls.class, Map.of("OMP_NUM_THREADS", "1"), "-Xmx256m",
        "-Dorg.bytedeco.javacpp.maxbytes=512m", "-Dorg.bytedeco.javacpp.maxphysicalbytes=1500m");
    List<String> results = forked.after("CALL ");
    assertEquals(0, forked.exit(), () -> String.join("\n", forked.lines()));
    assertEquals(Calls.all().keySet().stream().toList(),
        results.stream().map(line -> line.substring(0, line.indexOf(':'))).toList());
    for (String result : results) {
      // Lombok's check in DL4J comes before ours.
      assertTrue(result.matches(".*: (result .*|WrongInput|Closed)|too much.*: OutOfMemoryError"
          + "|null to the drop-in: NullPointerException"), result);
    }
    assertEquals(List.of("right"), forked.after("AT THE END "));
  }

  /** In a JVM of little memory. */
  static final class Calls {
    private static final ComputationGraph PLAIN = Networks.residual();
    private static final CompiledGraph COMPILED = OneDnn.compile(PLAIN);
    private static final FastComputationGraph FAST = OneDnn.wrap(Networks.residual());

    static Map<String, Callable<INDArray>> all() {
      Map<String, INDArray[]> inputs = new LinkedHashMap<>();
      inputs.put("null array", new INDArray[] {null});
      inputs.put("null", null);
      inputs.put("none", new INDArray[0]);
      inputs.put("two", new INDArray[] {images(1), images(1)});
      inputs.put("no rows", new INDArray[] {Nd4j.create(DataType.FLOAT, 0, 3, 8, 8)});
      inputs.put("scalar", new INDArray[] {Nd4j.scalar(1f)});
      inputs.put("text", new INDArray[] {Nd4j.create("a", "b")});
      inputs.put("flags", new INDArray[] {images(1).gt(0)});
      inputs.put("long integers", new INDArray[] {images(1).mul(100).castTo(DataType.INT64)});
      inputs.put("bfloat16", new INDArray[] {images(1).castTo(DataType.BFLOAT16)});
      inputs.put("one channel", new INDArray[] {Nd4j.ones(1, 1, 8, 8)});
      inputs.put("many channels", new INDArray[] {Nd4j.ones(1, 3000, 8, 8)});
      inputs.put("channels last", new INDArray[] {Nd4j.ones(1, 8, 8, 3)});
      inputs.put("vector", new INDArray[] {Nd4j.ones(192)});
      inputs.put("32 axes", new INDArray[] {Nd4j.ones(java.util.stream.IntStream.range(0, 32).map(i -> 1).toArray())});
      inputs.put("one pixel", new INDArray[] {Nd4j.ones(1, 3, 1, 1)});
      inputs.put("long and thin", new INDArray[] {Nd4j.ones(1, 3, 1, 40_000)});
      inputs.put("too much for the memory there is", new INDArray[] {repeated(1, 3, 8_000, 8_000)});
      inputs.put("as it were huge", new INDArray[] {repeated(1, 3, 30_000, 30_000)});
      inputs.put("as it were more than an int of elements", new INDArray[] {repeated(1 << 16, 3, 256, 256)});
      inputs.put("as it were many images", new INDArray[] {repeated(Integer.MAX_VALUE, 3, 8, 8)});
      inputs.put("backwards", new INDArray[] {images(2).permute(3, 2, 1, 0).permute(3, 2, 1, 0)});
      inputs.put("a part", new INDArray[] {Nd4j.ones(4, 5, 20, 20).get(NDArrayIndex.interval(3, 4),
          NDArrayIndex.interval(2, 5), NDArrayIndex.interval(12, 20), NDArrayIndex.interval(12, 20))});
      inputs.put("not a number", new INDArray[] {Nd4j.valueArrayOf(new int[] {1, 3, 8, 8}, Double.NaN)});
      INDArray closed = Nd4j.ones(1, 3, 8, 8);
      closed.close();
      inputs.put("closed", new INDArray[] {closed});
      Map<String, Callable<INDArray>> calls = new LinkedHashMap<>();
      inputs.forEach((name, arrays) -> {
        calls.put(name, () -> COMPILED.output(arrays)[0]);
        calls.put(name + " to the drop-in", () -> FAST.output(false, arrays, null)[0]);
      });
      calls.put("from a workspace that is left", () -> COMPILED.output(left())[0]);
      calls.put("closed network", () -> {
        CompiledGraph gone = OneDnn.compile(PLAIN);
        gone.close();
        return gone.output(images(1))[0];
      });
      calls.put("closed drop-in", () -> {
        FastComputationGraph gone = OneDnn.wrap(Networks.residual());
        gone.close();
        return gone.outputSingle(images(1));
      });
      calls.put("shapes below zero", () -> {
        COMPILED.prepare(new long[] {-1, 3, 8, 8});
        return null;
      });
      for (long images : new long[] {1 << 16, 1 << 20, 5_592_405, 1 << 24, Integer.MAX_VALUE, 1L << 33, 1L << 60}) {
        calls.put("a plan for " + images + " images", () -> {
          COMPILED.kernels(new long[] {images, 3, 8, 8});
          return null;
        });
        calls.put("a plan for a size of " + images, () -> {
          COMPILED.kernels(new long[] {1, 3, images, 1});
          return null;
        });
      }
      return calls;
    }

    /** One number, seen as many. */
    private static INDArray repeated(long... shape) {
      return Nd4j.create(Nd4j.createBuffer(new float[] {1}), shape, new long[shape.length], 0, 'c', DataType.FLOAT);
    }

    @SuppressWarnings("try")
    private static INDArray left() {
      WorkspaceConfiguration configuration = WorkspaceConfiguration.builder().initialSize(1 << 20).build();
      try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "left")) {
        return Nd4j.ones(1, 3, 8, 8);
      }
    }

    public static void main(String[] arguments) {
      INDArray expected = PLAIN.outputSingle(images(2));
      List<String> ends = new ArrayList<>();
      all().forEach((name, call) -> {
        String end;
        try {
          INDArray result = call.call();
          end = "result " + (result == null ? "none" : java.util.Arrays.toString(result.shape()));
        } catch (Exception | OutOfMemoryError e) {
          end = e.getClass().getSimpleName();
          if (!(e instanceof EngineException)) {
            e.printStackTrace();
          }
        }
        System.out.println("CALL " + name + ": " + end);
        ends.add(end);
      });
      boolean right = Deviation.difference(expected, COMPILED.output(images(2))[0]) < 1e-4
          && Deviation.difference(expected, FAST.outputSingle(images(2))) < 1e-4;
      System.out.println("AT THE END " + (right ? "right" : "wrong"));
      System.exit(0);
    }
  }
}
