package org.resnet4j.modelimport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.verify.Agreement;
import org.resnet4j.modelimport.verify.Verification;

/** An imported network, and the same after DL4J's save and load, computes what was recorded, at every stage. */
final class ImportParity {
  private ImportParity() {}

  static void check(String what, ImportedModel model, Path recorded) throws IOException {
    List<Agreement> first;
    try (NpzFile io = NpzFile.open(recorded)) {
      first = Verification.of(model, io);
      assertFalse(first.isEmpty(), what);
      for (Agreement agreement : first) {
        assertTrue(agreement.within(Agreement.TOLERANCE), what + " " + agreement);
      }
      ComputationGraph again = loadedAgain(model.graph());
      assertEquals(first, Verification.of(model.with(again), io), what + " loaded again");
      assertEquals(model.graph().getConfiguration(), again.getConfiguration(), what);
    }
  }

  private static ComputationGraph loadedAgain(ComputationGraph graph) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, bytes, true);
    return ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes.toByteArray()), true);
  }
}
