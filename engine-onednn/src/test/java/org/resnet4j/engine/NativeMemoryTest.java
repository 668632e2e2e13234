package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Compiled networks come and go, and the process stays as large as it was. */
@EnabledOnOs(OS.LINUX)
class NativeMemoryTest {
  /** What comes and goes; a round makes megabytes. */
  enum Round {
    /** Compiled, called with several batch sizes, refreshed, closed. */
    COMPILED {
      @Override
      void run(ComputationGraph graph) {
        try (CompiledGraph compiled = OneDnn.compile(graph)) {
          for (int count : new int[] {1, 3, 5, 1}) {
            compiled.output(Networks.images(count));
          }
          compiled.refresh();
          compiled.output(Networks.images(3));
        }
      }
    },
    /** The same in bfloat16. */
    NARROW {
      @Override
      void run(ComputationGraph graph) {
        try (CompiledGraph compiled =
            OneDnn.compile(graph, EngineOptions.standard().withPrecision(Precision.BFLOAT16))) {
          compiled.output(Networks.images(2));
        }
      }
    },
    /** One compiled network that gets more shapes than it keeps plans, and refreshes. */
    ONE {
      private CompiledGraph compiled;
      private int count;

      @Override
      void run(ComputationGraph graph) {
        compiled = compiled == null ? OneDnn.compile(graph) : compiled;
        for (int i = 0; i < 3; i++) {
          compiled.output(Networks.images(1 + count++ % 11));
        }
        compiled.refresh();
      }
    },
    /** A drop-in that predicts and changes, and that nobody closes. */
    DROPPED {
      private int count;

      @Override
      void run(ComputationGraph graph) {
        FastComputationGraph fast = OneDnn.wrap(graph);
        fast.output(Networks.images(2));
        fast.setParams(graph.params().mul(1));
        fast.output(Networks.images(2));
        fast.feedForward(Networks.images(1), false);
        if (++count % 10 == 0) {
          // In life the heap's own growth brings it on.
          System.gc();
        }
      }
    },
    /** A network with a vertex of DL4J's. */
    INTERPRETED {
      private ComputationGraph mixed;
      private CompiledGraph compiled;

      @Override
      void run(ComputationGraph graph) {
        if (mixed == null) {
          mixed = Networks.initialised(Networks.builder(DataType.FLOAT)
              .addLayer("conv1", Networks.convolution(128), "image")
              .addLayer("more", new ActivationLayer(new InterpretedTest.PlusOne()), "conv1")
              .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "more")
              .addLayer("classes", Networks.classes(), "pool").setOutputs("classes"));
          compiled = OneDnn.compile(mixed);
        }
        for (int i = 0; i < 20; i++) {
          compiled.output(Networks.images(16));
        }
        try (CompiledGraph another = OneDnn.compile(mixed)) {
          another.output(Networks.images(3));
        }
      }
    },
    /** Steps of more batch sizes than plans are kept of, predictions in between. */
    TRAINED {
      private FastComputationGraph fast;
      private int count;

      @Override
      void run(ComputationGraph graph) {
        fast = fast == null ? OneDnn.wrap(graph) : fast;
        int size = 1 + count++ % 7;
        fast.fit(new DataSet(Networks.images(size), Networks.labels(size)));
        if (count % 10 == 0) {
          fast.output(Networks.images(size));
        }
      }
    },
    /** A drop-in that trains for a while and is closed. */
    TRAINED_AND_CLOSED {
      @Override
      void run(ComputationGraph graph) {
        FastComputationGraph fast = OneDnn.wrap(graph.clone());
        fast.fit(new DataSet(Networks.images(16), Networks.labels(16)));
        fast.fit(new DataSet(Networks.images(3), Networks.labels(3)));
        fast.close();
      }
    },
    /** Calls that fail. */
    WRONG {
      private CompiledGraph compiled;

      @Override
      void run(ComputationGraph graph) {
        compiled = compiled == null ? OneDnn.compile(graph) : compiled;
        for (int i = 1; i <= 20; i++) {
          // The dense layer behind the pool doesn't mind sizes; the convolution minds channels.
          INDArray wrong = Networks.images(2 * i).reshape(i, 6, 8, 8);
          try {
            compiled.output(wrong);
            throw new AssertionError("taken");
          } catch (EngineException.WrongInput e) {
            continue;
          }
        }
      }
    };

    abstract void run(ComputationGraph graph);
  }

  private static final int SHORT = 150;
  private static final int LONG = 4000;
  /** Of the allocator's, in kB: what it keeps varies from run to run. */
  private static final long SLACK = 40_000;

  @ParameterizedTest
  @EnumSource(Round.class)
  void staysAsLarge(Round round) throws Exception {
    assertBounded(round, SHORT);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(Round.class)
  void staysAsLargeForThousands(Round round) throws Exception {
    assertBounded(round, LONG);
  }

  private static void assertBounded(Round round, int rounds) throws IOException, InterruptedException {
    // A round takes milliseconds, and many times as long where the cores are busy.
    Duration limit = Duration.ofMinutes(2).plusSeconds(rounds);
    Forked forked = Forked.run(Rounds.class, limit, Map.of("OMP_NUM_THREADS", "1"), "-Xms96m", "-Xmx96m",
        "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch", "-Dround=" + round, "-Drounds=" + rounds);
    assertEquals(0, forked.exit(), () -> String.join("\n", forked.lines()));
    List<Long> sizes = forked.after("SIZE ").stream().map(Long::valueOf).toList();
    assertEquals(4, sizes.size());
    assertTrue(sizes.get(3) - sizes.get(0) < SLACK, () -> round + " in kB: " + sizes);
  }

  /** Prints the process's size after a third of the rounds, and thrice later. */
  static final class Rounds {
    public static void main(String[] arguments) throws IOException {
      Round round = Round.valueOf(System.getProperty("round"));
      int rounds = Integer.getInteger("rounds");
      ComputationGraph graph = Networks.initialised(Networks.builder(DataType.FLOAT)
          .addLayer("conv1", Networks.convolution(128), "image").addLayer("conv2", Networks.convolution(128), "conv1")
          .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "conv2")
          .addLayer("classes", Networks.classes(), "pool").setOutputs("classes"));
      int quarter = rounds / 4;
      for (int i = 1; i <= rounds; i++) {
        round.run(graph);
        if (i % quarter == 0) {
          System.gc();
          System.gc();
          System.out.println("SIZE " + size());
        }
      }
      System.exit(0);
    }

    /** In kB. */
    private static long size() throws IOException {
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
        return lines.filter(line -> line.startsWith("VmRSS:"))
            .map(line -> Long.valueOf(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
      }
    }
  }
}
