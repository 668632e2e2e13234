package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.ResNets;

/** Class paths that lack something, each in a JVM of its own: what a process has loaded, it keeps. */
class AvailabilityTest {
  private static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final String MARK = "> ";

  /** Prints the obstacle, what compiling says, and that ND4J and DL4J go on. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] arguments) {
      ComputationGraph net = ResNets.named("cifar_resnet20").build().init();
      print(OneDnn.unavailable().orElse("available"));
      print(refusal(() -> OneDnn.compile(net, EngineOptions.standard())));
      print(refusal(OneDnn::library));
      print("DL4J gives " + Arrays.toString(net.outputSingle(Nd4j.rand(1, 3, 32, 32)).shape()));
    }

    private static String refusal(Executable call) {
      return assertThrows(EngineException.Unavailable.class, call).getMessage();
    }

    private static void print(String line) {
      System.out.println(MARK + line);
    }
  }

  private static String obstacle(String classPath, Path folder) throws IOException, InterruptedException {
    Path printed = folder.resolve("printed");
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
        "-Dorg.nd4j.log.initialization=false", "-cp", classPath, Probe.class.getName())
            .redirectOutput(printed.toFile()).redirectErrorStream(true).start();
    int exit = process.waitFor();
    String all = Files.readString(printed);
    assertEquals(0, exit, all);
    List<String> lines = all.lines().filter(line -> line.startsWith(MARK)).map(line -> line.substring(MARK.length()))
        .toList();
    String obstacle = lines.get(0);
    assertEquals(List.of(obstacle, obstacle, obstacle, "DL4J gives [1, 10]"), lines, all);
    return obstacle;
  }

  private static String without(String jar) {
    String left = Arrays.stream(CLASS_PATH.split(File.pathSeparator))
        .filter(entry -> !new File(entry).getName().matches(jar)).collect(Collectors.joining(File.pathSeparator));
    assertTrue(left.length() < CLASS_PATH.length(), jar);
    return left;
  }

  @Test
  void here() {
    assertEquals(Optional.empty(), OneDnn.unavailable());
    Library library = OneDnn.library();
    assertTrue(library.version().matches("3\\.\\d+\\.\\d+"), library.toString());
    assertTrue(!library.instructions().isBlank(), library.toString());
  }

  @Test
  void withoutNativesForThisSystem(@TempDir Path folder) throws Exception {
    assertEquals("oneDNN can't be loaded on " + Loader.getPlatform()
        + ": no jar org.bytedeco:dnnl with natives for this system is on the class path.",
        obstacle(without("dnnl-.*-" + Loader.getPlatform() + "\\.jar"), folder));
  }

  @Test
  void withoutOneDnnAltogether(@TempDir Path folder) throws Exception {
    assertEquals("oneDNN can't be loaded on " + Loader.getPlatform()
        + ": ClassNotFoundException, org.bytedeco.dnnl.engine.", obstacle(without("dnnl-.*\\.jar"), folder));
  }

  @Test
  void withAnotherJavaCpp(@TempDir Path folder) throws Exception {
    Path notes = folder.resolve("older/META-INF/maven/org.bytedeco/javacpp/pom.properties");
    Files.createDirectories(notes.getParent());
    Files.writeString(notes, "version=1.5.7\n");
    String found = obstacle(folder.resolve("older") + File.pathSeparator + CLASS_PATH, folder);
    assertTrue(found.startsWith("JavaCPP 1.5.7 is on the class path, and oneDNN's classes are "), found);
    assertTrue(found.contains("resnet4j-bom"), found);
  }

  @Test
  void besideNd4jOnAGpu() {
    assertTrue(Availability.find(false).orElseThrow().getMessage().contains("GPU"));
  }
}
