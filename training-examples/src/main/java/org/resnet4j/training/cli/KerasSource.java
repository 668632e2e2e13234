package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.KerasImport;
import org.resnet4j.modelimport.KerasOptions;
import org.resnet4j.modelimport.zoo.ZooWeights;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.ResNets;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A Keras file that a command names, with its architecture where the file has none. */
final class KerasSource {
  @Parameters(paramLabel = "FILE", description = "A file saved by Keras: .h5, .keras or .weights.h5.")
  Path file;

  @Option(names = "--architecture", paramLabel = "FILE.json|NAME",
      description = "For weights alone: a file that model.to_json() was written to, or a zoo model's name (see list).")
  String architecture;

  /** Imports it; shows how far that is. */
  ImportedModel load(PrintStream err) {
    return load(file, architecture, err);
  }

  static ImportedModel load(Path file, String architecture, PrintStream err) {
    try (ImportProgress progress = new ImportProgress(err)) {
      KerasOptions options = KerasOptions.DEFAULT.withDataType(DataType.FLOAT).withProgress(progress);
      if (architecture == null) {
        return KerasImport.load(file, options);
      }
      Path json = Path.of(architecture);
      return Files.exists(json) || architecture.endsWith(".json")
          ? KerasImport.load(file, options.withArchitecture(json))
          : KerasImport.load(file, zooNet(architecture), options);
    }
  }

  private static ResNetSpec zooNet(String name) {
    ResNetSpec spec = ResNets.spec(name);
    try {
      ZooWeights.names(spec);
      return spec;
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage());
    }
  }

  /**
   * The model as a classifier of images, whose outputs are probabilities.
   *
   * @throws CommandException if it has several outputs
   */
  static ComputationGraph classifier(ImportedModel model, Path file, PrintStream err) {
    if (model.outputs().size() != 1) {
      throw new CommandException(ExitCode.BAD_MODEL, Printable.of(file + " has " + model.outputs().size()
          + " outputs (" + String.join(", ", model.outputs()) + "); a classifier has one. KerasImport.load gives the"
          + " whole network to Java."));
    }
    ComputationGraph graph = ResNetTransfer.withProbabilities(model.graph());
    if (graph != model.graph()) {
      err.println("Its outputs are taken for logits: softmax or sigmoid is added, so that they become probabilities.");
    }
    ComputationGraph two = ResNetTransfer.withTwoClasses(graph);
    if (two != graph) {
      err.println("Its one output p is taken for two classes: 1 - p for the first, p for the second.");
    }
    return two;
  }

  /** Starts its bar when the number of tensors is known. */
  private static final class ImportProgress implements KerasOptions.Progress, AutoCloseable {
    private final PrintStream err;
    private Progress progress;

    ImportProgress(PrintStream err) {
      this.err = err;
    }

    @Override
    public void read(int tensors, int all) {
      if (progress == null) {
        progress = Progress.start("Importing", all, "tensors", err);
      }
      progress.step(1, "");
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
      }
    }
  }
}
