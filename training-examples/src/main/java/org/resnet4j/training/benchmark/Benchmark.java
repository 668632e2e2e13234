package org.resnet4j.training.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.resnet4j.training.loop.Network;

/**
 * Contenders side by side on one batch: they take turns, so that whatever else the machine does meets all of them
 * alike.
 */
public final class Benchmark {
  /** Each contender's turns, of at least a call each. */
  public static final int ROUNDS = 3;
  /** Calls in this time after the first output aren't counted: code is compiled, caches and clocks settle. */
  private static final double WARM_UP_SECONDS = 0.3;
  private static final double NANOS = 1e9;

  private final INDArray images;
  private final double seconds;
  private final Consumer<Contender> turnDone;

  /**
   * A benchmark on a batch.
   *
   * @param images the batch, as every contender's network takes it
   * @param seconds of measuring, for all contenders together; slow ones take longer, as a turn is a call at least
   * @param turnDone told after each of a contender's 1 + {@value #ROUNDS} turns, of which the first prepares it
   */
  public Benchmark(INDArray images, double seconds, Consumer<Contender> turnDone) {
    this.images = images;
    this.seconds = seconds;
    this.turnDone = turnDone;
  }

  /** Measures each; in the contenders' order. */
  public List<Measurement> of(List<Contender> contenders) {
    List<Runner> runners = new ArrayList<>();
    try {
      for (Contender contender : contenders) {
        runners.add(new Runner(contender));
        turnDone.accept(contender);
      }
      double turn = seconds / contenders.size() / ROUNDS;
      for (int round = 0; round < ROUNDS; round++) {
        for (Runner runner : runners) {
          runner.run(turn);
          turnDone.accept(runner.contender);
        }
      }
      return runners.stream().map(Runner::measurement).toList();
    } finally {
      runners.forEach(Runner::close);
    }
  }

  /** That a call computes with: OpenMP's number, OMP_NUM_THREADS or else every core, is ND4J's and oneDNN's. */
  private static int threads() {
    return NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
  }

  /** A contender's network, and how long its calls took. */
  private final class Runner {
    private final Contender contender;
    private final Network network;
    private final double readySeconds;
    private final List<Long> nanoseconds = new ArrayList<>();

    Runner(Contender contender) {
      this.contender = contender;
      long started = System.nanoTime();
      network = contender.prepare().get();
      boolean warm = false;
      try {
        call();
        readySeconds = (System.nanoTime() - started) / NANOS;
        run(WARM_UP_SECONDS);
        nanoseconds.clear();
        warm = true;
      } finally {
        if (!warm) {
          network.close();
        }
      }
    }

    void run(double seconds) {
      long end = System.nanoTime() + Math.round(seconds * NANOS);
      do {
        long started = System.nanoTime();
        call();
        nanoseconds.add(System.nanoTime() - started);
      } while (System.nanoTime() < end);
    }

    private void call() {
      INDArray output = network.output(images);
      if (output.closeable()) {
        output.close();
      }
    }

    Measurement measurement() {
      return Measurement.of(Math.toIntExact(images.size(0)), threads(), contender, new Latencies(nanoseconds),
          readySeconds);
    }

    void close() {
      network.close();
    }
  }
}
