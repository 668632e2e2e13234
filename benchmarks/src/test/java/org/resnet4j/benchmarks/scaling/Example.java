package org.resnet4j.benchmarks.scaling;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Made-up constants. */
final class Example {
  /** As many as there can be: what it is divided by vanishes. */
  private static final double BOUNDLESS = 1e30;

  private Example() {}

  static Path file() {
    try {
      return Path.of(Example.class.getResource("example.yaml").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static String text() throws IOException {
    return Files.readString(file());
  }

  static Measured measured() {
    return Measured.read(file());
  }

  static Costs costs(int workers, double gigabits) {
    Measured measured = measured();
    return costs(measured, measured.workers().get(0), workers, gigabits);
  }

  /** Workers that always take the same time. */
  static Costs steady(int workers, double gigabits) {
    Measured measured = measured();
    return costs(measured, steady(measured.workers().get(0)), workers, gigabits);
  }

  /** Nothing takes time but steps. */
  static Costs free(int workers) {
    Measured some = measured();
    double b = BOUNDLESS;
    return new Costs(some.network(), new Measured.Host(4, b, b, b, b, b, b, b, b, 1), new Measured.Spark(0, 0, 0, 0),
        steady(some.workers().get(0)), new Cluster(workers, b, 1));
  }

  private static Measured.WorkerKind steady(Measured.WorkerKind kind) {
    return new Measured.WorkerKind(kind.name(), kind.origin(), kind.mostImages(), 0, 0, kind.steps());
  }

  private static Costs costs(Measured measured, Measured.WorkerKind kind, int workers, double gigabits) {
    return new Costs(measured.network(), measured.host(), measured.spark(), kind,
        Cluster.of(workers, gigabits, measured.host()));
  }

  static Costs ofNetwork(long values, long momentum, int workers) {
    Costs some = costs(workers, 10);
    return new Costs(new Measured.Network("other", values, momentum), some.host(), some.spark(), some.kind(),
        some.cluster());
  }

  static List<Plan> plans() {
    return List.of(Plan.gradients(8), Plan.parameters(1, 32), Plan.parameters(16, 32));
  }
}
