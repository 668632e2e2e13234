package org.resnet4j.spark.cluster;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.storage.BlockManagerId;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.resnet4j.engine.Library;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.spark.cluster.WorkerReport.Natives;
import org.resnet4j.spark.cluster.WorkerReport.Unloaded;
import org.resnet4j.training.cli.BackendChoice;
import org.resnet4j.training.cli.MissingLibrary;

/** Finds out about the process that it runs in. */
final class Probe {
  private static final int SIZE = 16;

  private static WorkerReport report;

  private Probe() {}

  /** The report of this executor; what has been loaded, or hasn't, stays so, and it is found out once. */
  static synchronized WorkerReport report() {
    if (report == null) {
      report = find();
    }
    return report;
  }

  /** Host and port under which Spark knows this process. */
  static String address() {
    BlockManagerId blocks = SparkEnv.get().blockManager().blockManagerId();
    return blocks.host() + ":" + blocks.port();
  }

  private static WorkerReport find() {
    List<Unloaded> unloaded = new ArrayList<>();
    Optional<String> nd4j = nd4jObstacle();
    nd4j.ifPresent(reason -> unloaded.add(new Unloaded(Natives.ND4J, reason)));
    // Asking the engine asks ND4J, too.
    Optional<String> engine = nd4j.isPresent() ? Optional.of("it needs ND4J.") : attempt(OneDnn::unavailable);
    engine.ifPresent(reason -> unloaded.add(new Unloaded(Natives.ENGINE, reason)));
    attempt(() -> {
      Loader.load(opencv_imgcodecs.class);
      return Optional.empty();
    }).ifPresent(reason -> unloaded.add(new Unloaded(Natives.DECODER, reason)));
    Library library = engine.isPresent() ? new Library("", "", false) : OneDnn.library();
    SparkEnv spark = SparkEnv.get();
    String threadsSet = System.getenv("OMP_NUM_THREADS");
    int threads = nd4j.isPresent() ? 0 : NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
    boolean limits = unloaded.stream().noneMatch(missing -> missing.reason().contains("jnijavacpp"));
    return new WorkerReport(spark.executorId(), spark.blockManager().blockManagerId().host(), address(),
        Loader.getPlatform(), System.getProperty("java.version"), library.instructions(), library.fastBfloat16(),
        threadsSet == null ? "" : threadsSet, threads, Runtime.getRuntime().maxMemory(),
        limits ? Pointer.maxBytes() : 0, limits ? Pointer.maxPhysicalBytes() : 0, machineMemory(),
        List.copyOf(unloaded));
  }

  /** Loads ND4J and has it compute a product, which BLAS does. */
  private static Optional<String> nd4jObstacle() {
    return attempt(() -> {
      try {
        BackendChoice.announce(new PrintStream(OutputStream.nullOutputStream()));
      } catch (BackendChoice.NoBackendException e) {
        return Optional.of(e.getMessage());
      }
      try (INDArray ones = Nd4j.ones(SIZE, SIZE); INDArray product = ones.mmul(ones)) {
        double sum = product.sumNumber().doubleValue();
        return sum == SIZE * SIZE * SIZE ? Optional.empty()
            : Optional.of("its product of two matrices is wrong: " + sum + " instead of " + SIZE * SIZE * SIZE);
      }
    });
  }

  /** What is in the way of something that loads natives: anything may be thrown on a system that nobody has tried. */
  private static Optional<String> attempt(Supplier<Optional<String>> load) {
    try {
      return load.get();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(MissingLibrary.reason(e));
    }
  }

  private static long machineMemory() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }
}
