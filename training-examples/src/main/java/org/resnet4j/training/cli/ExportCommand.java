package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.modelexport.OnnxExport;
import org.resnet4j.modelexport.SafetensorsExport;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code export}: a model for other frameworks. */
@Command(name = "export",
    description = "Write a model for other frameworks: ONNX, or its weights as safetensors with PyTorch's names.")
final class ExportCommand implements Callable<Integer> {
  /** What is written. */
  enum Format { SAFETENSORS, ONNX }

  @Parameters(arity = "0..1", paramLabel = "MODEL",
      description = "The folder of a saved model, a weights file, or a Keras model; the same as --weights.")
  private Path file;

  @Mixin
  private ModelSource source;

  @Option(names = "--to", required = true, paramLabel = "FORMAT", description = "safetensors or onnx.")
  private Format to;

  @Option(names = "--out", paramLabel = "FILE",
      description = "The file to write (default: the model's name with the format's ending, in the current folder).")
  private Path out;

  @Option(names = "--overwrite", description = "Replace an earlier file.")
  private boolean overwrite;

  @ParentCommand
  private Main main;

  @Override
  public Integer call() throws IOException {
    if (file != null && source.weights != null) {
      throw new CommandException(ExitCode.USAGE, "MODEL and --weights are the same: leave out one of them.");
    }
    source.weights = file == null ? source.weights : file;
    if (out == null) {
      out = defaultFile();
    }
    if (!overwrite && Files.exists(out)) {
      throw new CommandException(ExitCode.USAGE, out + " exists; name another file, or add --overwrite.");
    }
    main.startBackend();
    if (to == Format.ONNX && source.weights != null && Files.isRegularFile(source.weights)
        && ModelSource.isKeras(source.weights)) {
      OnnxExport.write(KerasSource.load(source.weights, source.model, main.err()), out);
    } else {
      Loaded model = source.load(main.err());
      if (to == Format.ONNX) {
        OnnxExport.write(model.graph(), shapes(model), out);
      } else {
        writeSafetensors(model);
      }
    }
    main.out().println("Written: " + out);
    return ExitCode.OK.code();
  }

  private Path defaultFile() {
    String model = source.weights != null ? source.weights.toAbsolutePath().normalize().getFileName().toString()
        : source.model == null ? "model" : Path.of(source.model).toAbsolutePath().normalize().getFileName().toString();
    return Path.of(model.replaceFirst("(\\.weights)?\\.(h5|hdf5|keras|pth|pt|th|pkl|zip|safetensors)$", "")
        + "." + to.name().toLowerCase(Locale.ROOT));
  }

  private void writeSafetensors(Loaded model) {
    if (model.name().isPresent()) {
      main.out().println("Tensors have " + SafetensorsExport.write(model.graph(),
          ResNets.spec(model.name().get()), notes(model), out));
    } else {
      SafetensorsExport.write(model.graph(), out);
      main.out().println("Tensors have the names of the network's vertices: it is no model of the zoo.");
    }
  }

  /** By which the file can be used here without options. */
  private static Map<String, String> notes(Loaded model) {
    return model.classes().map(classes -> Loaded.notes(model.name(), classes, model.preprocessing())).orElse(Map.of());
  }

  /** The input of the size that the preprocessing gives. */
  private static Map<String, List<Long>> shapes(Loaded model) {
    Preprocessing pixels = model.preprocessing();
    long height = pixels.height();
    long width = pixels.width();
    long channels = pixels.channels().count();
    return Map.of(model.graph().getConfiguration().getNetworkInputs().get(0), model.format() == CNN2DFormat.NCHW
        ? List.of(channels, height, width) : List.of(height, width, channels));
  }
}
