package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

class ThreadsTest {
  private static int openMp() {
    return ((Nd4jCpu) NativeOpsHolder.getInstance().getDeviceNativeOps()).ompGetMaxThreads();
  }

  @Test
  void theCallersNumberIsAsBefore() {
    Nd4j.create(1);
    int before = openMp();
    assertEquals(before + 2, new Threads(before + 2).with(ThreadsTest::openMp));
    assertEquals(before, openMp());
    assertThrows(IllegalStateException.class, () -> new Threads(before + 2).with(() -> {
      throw new IllegalStateException();
    }));
    assertEquals(before, openMp());
    assertEquals(before, new Threads(0).with(ThreadsTest::openMp));
    assertEquals(3, new Threads(2).with(() -> new Threads(3).with(ThreadsTest::openMp)));
  }

  /** Which of a process's threads compute: those whose processor time grows with the calls. */
  @EnabledOnOs(OS.LINUX)
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 2, 2", "2, 1, 1", "2, 2, 2", "1, 0, 1", "2, 0, 2", "1, 3, 3"})
  void asManyThreadsCompute(int openMp, int option, int expected) throws Exception {
    Forked forked = Forked.run(Computing.class, Map.of("OMP_NUM_THREADS", openMp + "", "OMP_WAIT_POLICY", "passive"),
        "-Xmx512m", "-XX:+UseSerialGC", "-Dthreads=" + option);
    assertEquals(0, forked.exit(), () -> String.join("\n", forked.lines()));
    assertEquals(List.of(expected + ""), forked.after("BUSY "), () -> String.join("\n", forked.lines()));
    assertEquals(List.of(openMp + ""), forked.after("AFTERWARDS "));
  }

  /** Computes for a while on a thread of its own. */
  static final class Computing {
    /** Of all that the threads used meanwhile, what one must have to count: a team's members share the work evenly. */
    private static final double PART = 0.1;

    public static void main(String[] arguments) throws Exception {
      ComputationGraph graph = Networks.initialised(Networks.builder(DataType.FLOAT)
          .addLayer("conv1", Networks.convolution(48), "image").addLayer("conv2", Networks.convolution(48), "conv1")
          .addLayer("pool", new org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer(), "conv2")
          .addLayer("classes", Networks.classes(), "pool").setOutputs("classes"));
      INDArray x = Nd4j.rand(DataType.FLOAT, 6, 3, 96, 96);
      Thread calling = new Thread(() -> {
        try (CompiledGraph compiled = OneDnn.compile(graph,
            EngineOptions.standard().withThreads(Integer.getInteger("threads")), x.shape())) {
          compiled.output(x);
          Map<String, Long> before = times();
          for (int i = 0; i < 60; i++) {
            compiled.output(x);
          }
          Map<String, Long> used = times();
          used.replaceAll((thread, time) -> time - before.getOrDefault(thread, 0L));
          long sum = used.values().stream().mapToLong(Long::longValue).sum();
          System.out.println("USED " + used.values().stream().filter(time -> time > 0).toList());
          System.out.println("BUSY " + used.values().stream().filter(time -> time > PART * sum).count());
        }
        System.out.println("AFTERWARDS " + openMp());
      });
      calling.start();
      calling.join();
      System.exit(0);
    }

    /** Each thread's time in user mode, in ticks. */
    private static Map<String, Long> times() {
      try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
        return threads.collect(Collectors.toMap(thread -> thread.getFileName().toString(), Computing::time));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private static long time(Path thread) {
      try {
        String stat = Files.readString(thread.resolve("stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[11]);
      } catch (IOException e) {
        return 0;
      }
    }
  }
}
