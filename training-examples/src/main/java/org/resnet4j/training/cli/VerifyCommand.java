package org.resnet4j.training.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.verify.Agreement;
import org.resnet4j.modelimport.verify.Verification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code verify}: whether an imported model computes what the original framework recorded. */
@Command(name = "verify", description = "Compare an imported Keras model with recorded inputs and outputs.",
    footer = {"", "The archive holds x, the input, y, the output in inference mode, and mid__LAYER, a layer's output, as"
        + " numpy.savez writes them; other arrays are ignored."})
final class VerifyCommand implements Callable<Integer> {
  @Mixin
  private KerasSource source;

  @Option(names = "--io", paramLabel = "FILE.npz", required = true, description = "What the original computed.")
  private Path io;

  @ParentCommand
  private Main main;

  @Override
  public Integer call() {
    main.startBackend();
    ImportedModel model = source.load(main.err());
    List<Agreement> agreements;
    List<String> notCompared;
    try (NpzFile recorded = NpzFile.open(io)) {
      agreements = Verification.of(model, recorded);
      notCompared = Verification.notCompared(model, recorded);
    } catch (ModelImportException e) {
      throw e.in(io);
    }
    int width = agreements.stream().mapToInt(a -> a.name().length()).max().orElseThrow();
    boolean all = true;
    for (Agreement agreement : agreements) {
      boolean agrees = agreement.within(Agreement.TOLERANCE);
      all &= agrees;
      main.out().printf(Locale.ROOT, "%-" + width + "s  largest difference %.2e of %.4g (relative %.1e)  %s%n",
          Printable.of(agreement.name()), agreement.largestDifference(), agreement.largestValue(),
          agreement.relativeDifference(), agrees ? "agrees" : "DIFFERS");
    }
    notCompared.forEach(name -> main.out().println(
        Printable.of(name) + "  not compared: the vertex of the next layer does its work"));
    main.out().println(all ? "Computes what was recorded." : "Computes something else than was recorded.");
    return (all ? ExitCode.OK : ExitCode.DIFFERENT).code();
  }
}
