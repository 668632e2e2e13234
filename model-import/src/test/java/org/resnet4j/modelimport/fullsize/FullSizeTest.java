package org.resnet4j.modelimport.fullsize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.modelimport.fullsize.MeasuredImport.How;
import org.resnet4j.modelimport.verify.Agreement;

/** Full-size files, made by real Keras for this: imported right, in bounded memory, and no slower than by stock. */
@Tag("full-size")
class FullSizeTest {
  private static final Path FILES = Path.of("target", "full-size");
  private static final Path SCRIPT = Path.of("..", "src-test-data", "scripts", "keras_full_size.sh");
  private static final int MOST_OF_A_FILE = 3;

  /** A process of its own is measured this often, each importing the file so many times. */
  private static final int PROCESSES = 3;
  private static final int TIMES = 3;

  @BeforeAll
  static void makeFiles() throws IOException, InterruptedException {
    // The script writes it last.
    if (!Files.exists(FILES.resolve("resnet152v2.json"))) {
      Process made = new ProcessBuilder("sh", SCRIPT.toString(), FILES.toAbsolutePath().toString()).inheritIO().start();
      assertEquals(0, made.waitFor(), "the script that makes the files");
    }
  }

  @ParameterizedTest
  @CsvSource({
      "OURS, r1b.h5, r1b.npz, ",
      "OURS, resnet152v2.h5, resnet152v2.npz, ",
      "OURS, resnet152v2.keras, resnet152v2.npz, ",
      "OURS, resnet152v2.weights.h5, resnet152v2.npz, resnet152v2.json",
      "OURS, resnet152v2_weights_tf_dim_ordering_tf_kernels.h5, resnet152v2.npz, resnet152v2.json",
      "ZOO, resnet152v2_weights_tf_dim_ordering_tf_kernels.h5, resnet152v2.npz, resnet152_v2_keras"})
  void isRightWithinThreeTimesTheFilesMemory(How how, String name, String recorded, String architecture)
      throws IOException, InterruptedException {
    long size = Files.size(FILES.resolve(name));
    // The file itself, and a quarter of it but at least 48 MB for everything else on the heap.
    long heap = size + Math.max(size / 4, 48 << 20);
    List<String> arguments = new ArrayList<>(List.of(how.name(), name, "1", recorded));
    if (architecture != null) {
      arguments.add(architecture);
    }
    Map<String, Double> measured = measured(heap, arguments);
    assumeTrue(measured.containsKey("peak"), "only Linux tells what a process has taken at most");
    System.out.printf("%s %s: %.1f s, %.2f times its %d MB, difference %.1e%n", how, name, measured.get("first") / 1e9,
        measured.get("peak") / size, size / 1_000_000, measured.get("difference"));
    assertTrue(measured.get("difference") <= Agreement.TOLERANCE, measured.toString());
    assertTrue(measured.get("peak") < (double) MOST_OF_A_FILE * size, measured.get("peak") / size + " times the file");
  }

  @Test
  void isNoSlowerThanStock() throws IOException, InterruptedException {
    Map<How, double[]> best = new HashMap<>();
    // By turns, so that a busy machine hinders both.
    for (int process = 0; process < PROCESSES; process++) {
      for (How how : List.of(How.OURS, How.STOCK)) {
        Map<String, Double> measured =
            measured(1L << 30, List.of(how.name(), "r1b.h5", String.valueOf(TIMES), "r1b.npz"));
        double[] before = best.computeIfAbsent(how, h -> new double[] {Double.MAX_VALUE, Double.MAX_VALUE});
        before[0] = Math.min(before[0], measured.get("first"));
        before[1] = Math.min(before[1], measured.get("best"));
      }
    }
    double[] ours = best.get(How.OURS);
    double[] stock = best.get(How.STOCK);
    System.out.printf("R1b in a new process: %.2f s, stock %.2f s, ratio %.2f; again: %.2f s, stock %.2f s, ratio %.2f%n",
        ours[0] / 1e9, stock[0] / 1e9, ours[0] / stock[0], ours[1] / 1e9, stock[1] / 1e9, ours[1] / stock[1]);
    // The first import is mostly the loading and compiling of classes, which a busy machine makes a lottery of.
    assertTrue(ours[1] <= stock[1]);
  }

  private static Map<String, Double> measured(long heap, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + (heap >> 20) + "m",
        "-Dorg.nd4j.log.initialization=false", "-Dorg.bytedeco.javacpp.maxphysicalbytes=8g", "-cp", System.getProperty("java.class.path"),
        MeasuredImport.class.getName()));
    for (String argument : arguments) {
      command.add(Files.exists(FILES.resolve(argument)) ? FILES.resolve(argument).toString() : argument);
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process = builder.start();
    Map<String, Double> measured = new HashMap<>();
    try (var lines = process.inputReader()) {
      lines.lines().map(line -> line.split(" ")).filter(words -> words.length == 2)
          .forEach(words -> measured.put(words[0], Double.valueOf(words[1])));
    }
    assertEquals(0, process.waitFor(), "the process that imports");
    return measured;
  }
}
