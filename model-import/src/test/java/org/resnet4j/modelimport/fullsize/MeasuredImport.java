package org.resnet4j.modelimport.fullsize;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.KerasImport;
import org.resnet4j.modelimport.KerasOptions;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.verify.Agreement;
import org.resnet4j.modelimport.verify.Verification;
import org.resnet4j.zoo.ResNets;

/**
 * A process of its own that imports one file, and prints what that took: {@code peak} bytes above the process once ND4J
 * runs, {@code first} and {@code best} nanoseconds, and the largest relative {@code difference} from what Keras recorded.
 */
final class MeasuredImport {
  enum How { OURS, STOCK, ZOO }

  private MeasuredImport() {}

  /** HOW FILE TIMES RECORDED [ARCHITECTURE or name of a net of the zoo] */
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[1]);
    Nd4j.zeros(8, 8).mmul(Nd4j.ones(8, 8)).close();
    System.gc();
    long before = status("VmRSS");
    if (before >= 0) {
      // The peak begins anew.
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    }
    long first = 0;
    long best = Long.MAX_VALUE;
    ImportedModel imported = null;
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      long begin = System.nanoTime();
      switch (How.valueOf(args[0])) {
        case OURS -> imported = ours(file, args);
        case STOCK -> stock(file);
        case ZOO -> imported = KerasImport.load(file, ResNets.spec(args[4]), KerasOptions.DEFAULT);
      }
      long taken = System.nanoTime() - begin;
      first = i == 0 ? taken : first;
      best = Math.min(best, taken);
    }
    if (before >= 0) {
      System.out.println("peak " + (status("VmHWM") - before));
    }
    System.out.println("first " + first);
    System.out.println("best " + best);
    if (imported != null) {
      System.out.println("difference " + difference(imported, Path.of(args[3])));
    }
  }

  private static ImportedModel ours(Path file, String[] args) {
    return KerasImport.load(file, args.length > 4 ? KerasOptions.DEFAULT.withArchitecture(Path.of(args[4]))
        : KerasOptions.DEFAULT);
  }

  private static ComputationGraph stock(Path file) throws Exception {
    return KerasModelImport.importKerasModelAndWeights(file.toString(), false);
  }

  private static double difference(ImportedModel model, Path recorded) {
    try (NpzFile io = NpzFile.open(recorded)) {
      List<Agreement> agreements = Verification.of(model, io);
      return agreements.stream().mapToDouble(Agreement::relativeDifference).max().orElseThrow();
    }
  }

  /** Of this process, in bytes; -1 where Linux doesn't tell. */
  private static long status(String what) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return -1;
    }
    String line = Files.readAllLines(status).stream().filter(l -> l.startsWith(what + ":"))
        .findFirst().orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }
}
