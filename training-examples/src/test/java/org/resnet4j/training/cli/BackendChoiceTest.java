package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.common.io.AbstractResource;
import org.nd4j.common.io.Resource;
import org.nd4j.linalg.cpu.nativecpu.CpuBackend;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/** Each case is a JVM of its own, because ND4J chooses once in a process. */
class BackendChoiceTest {
  @TempDir
  private Path folder;

  /** What a child JVM printed. */
  private record Run(int exit, String out, String err) {}

  @Test
  void aBackendWhoseDriverIsAbsentIsNamedInOneSentenceAndTheCpuComputes() throws Exception {
    Run run = compute(everything(), JCublasBackend.class.getName());
    assertEquals("CUDA backend can't be used: libcuda.so.1 is missing (install NVIDIA's driver); computing on the CPU.",
        run.err.strip());
    assertEquals("6.0 on CpuBackend", run.out.strip());
  }

  @Test
  void aBackendThatCallsItselfAvailableButHasBrokenNativesIsPassedOver() throws Exception {
    Run run = compute(everything(), BrokenNatives.class.getName());
    assertEquals("BrokenNatives backend can't be used: libnd4jbroken.so is of another CUDA version; "
        + "computing on the CPU.", run.err.strip());
    assertEquals("6.0 on CpuBackend", run.out.strip());
  }

  @Test
  void aRegisteredBackendWhoseClassIsAbsentDoesNotHideTheOthers() throws Exception {
    Run run = compute(everything(), "org.example.NoSuchBackend");
    assertTrue(run.err.contains("org.example.NoSuchBackend not found; computing on the CPU."), run.err);
    assertEquals(1, run.err.strip().lines().count());
    assertEquals("6.0 on CpuBackend", run.out.strip());
  }

  @Test
  void withoutAnyBackendASentenceSaysWhatToAdd() throws Exception {
    Run run = compute(jar -> !jar.contains("nd4j-native-1"));
    assertEquals(1, run.exit);
    assertEquals("No ND4J backend is on the class path: add org.resnet4j:backend-cpu (type pom).", run.err.strip());
  }

  @Test
  void withoutTheNativesOfThisSystemASentenceSaysSo() throws Exception {
    Run run = compute(jar -> !jar.matches("nd4j-native-1.*(linux|windows|macosx).*"));
    assertEquals(1, run.exit);
    assertTrue(run.err.startsWith("No ND4J backend can be used. CPU backend can't be used: jnind4jcpu is missing"),
        run.err);
    assertEquals(1, run.err.strip().lines().count());
  }

  @Test
  void aSoundClassPathIsChosenWithoutAWord() throws Exception {
    Run run = compute(everything());
    assertEquals("", run.err);
    assertEquals("6.0 on CpuBackend", run.out.strip());
  }

  private static Predicate<String> everything() {
    return jar -> true;
  }

  /** Runs {@link Child} with some of this class path's jars and further registered backends. */
  private Run compute(Predicate<String> jars, String... registered) throws IOException, InterruptedException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(services.resolve(Nd4jBackend.class.getName()), List.of(registered));
    String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> jars.test(new File(entry).getName()))
        .collect(Collectors.joining(File.pathSeparator, folder + File.pathSeparator, ""));
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m", "-Dorg.nd4j.log.initialization=false",
        "-Dlogback.configurationFile=org/resnet4j/training/cli/logback.xml", "-cp", classPath, Child.class.getName())
        .redirectOutput(out.toFile()).redirectError(err.toFile());
    java.environment().keySet().removeIf(name -> name.startsWith("BACKEND_") || name.startsWith("JAVA_TOOL"));
    Process process = java.start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException("the child JVM hangs; it said " + Files.readString(err));
    }
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      try {
        BackendChoice.announce(System.err);
      } catch (BackendChoice.NoBackendException e) {
        System.err.println(e.getMessage());
        System.exit(1);
      }
      System.out.println(Nd4j.create(new float[] {1, 2, 3}).sumNumber() + " on "
          + Nd4j.getBackend().getClass().getSimpleName());
    }
  }

  /** Fails like ND4J's class of this name on a machine without NVIDIA's driver, stack trace on stderr included. */
  public static final class JCublasBackend extends CpuBackend {
    @Override
    public int getPriority() {
      return BACKEND_PRIORITY_GPU;
    }

    @Override
    public boolean isAvailable() {
      UnsatisfiedLinkError e = new UnsatisfiedLinkError(
          "/cache/libjnicudart.so: libcuda.so.1: cannot open shared object file: No such file or directory");
      e.printStackTrace();
      throw new IllegalStateException(e);
    }
  }

  /** ND4J alone would choose this one and fail. */
  public static final class BrokenNatives extends CpuBackend {
    @Override
    public int getPriority() {
      return BACKEND_PRIORITY_GPU;
    }

    @Override
    public Resource getConfigurationResource() {
      return new AbstractResource() {
        @Override
        public String getDescription() {
          return "properties of a backend";
        }

        @Override
        public InputStream getInputStream() {
          String properties = "native.ops=" + BrokenOps.class.getName();
          return new ByteArrayInputStream(properties.getBytes(StandardCharsets.ISO_8859_1));
        }
      };
    }
  }

  static final class BrokenOps {
    static {
      load();
    }

    private static void load() {
      throw new UnsatisfiedLinkError("libnd4jbroken.so is of another CUDA version");
    }
  }
}
