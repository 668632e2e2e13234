package org.resnet4j.training.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.layers.mkldnn.BaseMKLDNNHelper;
import org.nd4j.linalg.api.environment.Nd4jEnvironment;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.resnet4j.engine.Library;
import org.resnet4j.engine.OneDnn;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what the program computes on and with, and what is missing for it to compute (well). */
@Command(name = "doctor",
    description = "Print backend, device, CPU flags, memory, versions, and which library is missing and how to get it.")
public final class DoctorCommand implements Callable<Integer> {
  private static final long MIB = 1L << 20;

  @Spec
  private CommandSpec spec;

  /** Returns 0 if the program can compute, 1 if no backend can be loaded. */
  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    versions(out);
    machine(out);
    try {
      backend(out, BackendChoice.make());
      return 0;
    } catch (BackendChoice.NoBackendException e) {
      line(out, "Backend", "none");
      line(out, "Missing", e.getMessage());
      return 1;
    } finally {
      out.flush();
    }
  }

  private static void versions(PrintWriter out) {
    line(out, "ResNet4J", version("org.resnet4j", "training-examples"));
    line(out, "DL4J", version("org.deeplearning4j", "deeplearning4j-nn"));
    line(out, "ND4J", version("org.nd4j", "nd4j-api"));
    line(out, "Java", System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")");
    line(out, "System", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
        + System.getProperty("os.arch"));
  }

  private static void machine(PrintWriter out) {
    DoctorCpu cpu = DoctorCpu.read();
    line(out, "CPU", cpu.model());
    line(out, "CPU flags", cpu.flags().isEmpty() ? "unknown" : String.join(", ", cpu.flags()));
    line(out, "Cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    long physical = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
    line(out, "Memory", megabytes(physical));
    line(out, "Heap limit", megabytes(Runtime.getRuntime().maxMemory()));
  }

  private static void backend(PrintWriter out, BackendChoice choice) {
    boolean cuda = BackendChoice.kind(choice.backend()).equals("CUDA");
    line(out, "Off-heap limit",
        megabytes(Pointer.maxBytes()) + ", whole process " + megabytes(Pointer.maxPhysicalBytes()));
    line(out, "Backend", BackendChoice.kind(choice.backend()) + " (" + choice.backend() + ", "
        + Loader.getPlatform() + ")");
    Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
    NativeOps ops = NativeOpsHolder.getInstance().getDeviceNativeOps();
    if (cuda) {
      for (int device = 0; device < ops.getAvailableDevices(); device++) {
        line(out, "Device", ops.getDeviceName(device) + ", " + megabytes(ops.getDeviceTotalMemory(device)));
      }
    } else {
      line(out, "Device", "the CPU, BLAS by " + environment.get(Nd4jEnvironment.BLAS_VENDOR_KEY));
    }
    String threads = System.getenv("OMP_NUM_THREADS");
    line(out, "OMP_NUM_THREADS", (threads == null ? "not set" : threads) + ", ND4J computes on "
        + ops.ompGetMaxThreads() + " threads");
    line(out, "Layer helpers", layerHelpers(cuda));
    line(out, "oneDNN engine", engine());
    for (BackendChoice.Skipped skipped : choice.skipped()) {
      line(out, "Missing", skipped.sentence());
    }
  }

  /** The version that Maven wrote into an artifact's jar. */
  static String version(String group, String artifact) {
    String resource = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
    try (InputStream in = DoctorCommand.class.getResourceAsStream(resource)) {
      if (in == null) {
        return "unknown (not run from its jar)";
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      return "unknown (" + e.getMessage() + ")";
    }
  }

  /** Whether DL4J hands convolutions and the like to oneDNN, by the same questions that DL4J asks. */
  private static String layerHelpers(boolean cuda) {
    if (cuda) {
      return "not used (ND4J calls cuDNN itself)";
    }
    String property = DL4JSystemProperties.DISABLE_HELPER_PROPERTY;
    if (Boolean.parseBoolean(System.getProperty(property, DL4JSystemProperties.HELPER_DISABLE_DEFAULT_VALUE))) {
      return "off: start Java with -D" + property + "=false, as ./resnet4j does";
    }
    return BaseMKLDNNHelper.mklDnnEnabled() ? "on (oneDNN)" : "off: DL4J finds no oneDNN in ND4J's natives";
  }

  /** What networks are compiled with, or why they aren't. */
  private static String engine() {
    return OneDnn.unavailable().map(reason -> "off: " + reason).orElseGet(() -> {
      Library library = OneDnn.library();
      return "oneDNN " + library.version() + " for " + library.instructions() + ", bfloat16 is "
          + (library.fastBfloat16() ? "faster than float32 (--precision auto takes it)"
              : "computed by way of float32 (--precision auto takes float32)");
    });
  }

  private static String megabytes(long bytes) {
    return bytes / MIB + " MB";
  }

  private static void line(PrintWriter out, String what, String value) {
    out.printf("%-16s %s%n", what + ":", value);
  }
}
