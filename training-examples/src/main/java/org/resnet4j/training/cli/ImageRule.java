package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.resnet4j.zoo.image.Preprocessing;
import picocli.CommandLine.Option;

/** What the user knows of weights that don't tell it themselves: how images go in, and what comes out. */
final class ImageRule {
  @Option(names = "--image-size", paramLabel = "PIXELS",
      description = "Side of the net's input (default: 224; 32 for CIFAR nets; many models have their own).")
  Integer imageSize;

  @Option(names = "--preprocessing", paramLabel = "RULE",
      description = "How pixels become input, for weights that don't tell: torch, caffe, tf, unit (0 to 1) or raw (0 to"
          + " 255) (default: torch; for Keras models what their layers show, else unit).")
  PreprocessingChoice preprocessing;

  @Option(names = "--classes", paramLabel = "NAMES|FILE",
      description = "Names of the net's outputs, for weights that don't tell: a,b,c or a file with a line each.")
  String classes;

  /** Whether the user gave any of it. */
  boolean given() {
    return imageSize != null || preprocessing != null || classes != null;
  }

  /** @throws CommandException if the image size makes no sense */
  void check() {
    if (imageSize != null && (imageSize < 1 || imageSize > Preprocessing.MAX_SIDE)) {
      throw new CommandException(ExitCode.USAGE,
          "--image-size is 1 to " + Preprocessing.MAX_SIDE + " pixels; found " + imageSize + ".");
    }
  }

  /** The named classes, else numbers from 0. */
  List<String> classes(long outputs) throws IOException {
    if (classes == null) {
      return IntStream.range(0, Math.toIntExact(outputs)).mapToObj(String::valueOf).toList();
    }
    List<String> names = names();
    if (names.size() != outputs) {
      throw new CommandException(ExitCode.USAGE,
          "--classes names " + names.size() + " classes, but the net has " + outputs + " outputs.");
    }
    return names;
  }

  /** The named classes. */
  List<String> names() throws IOException {
    Path file = Path.of(classes);
    List<String> names = Files.isRegularFile(file) ? Files.readAllLines(file, StandardCharsets.UTF_8)
        : List.of(classes.split(",", -1));
    return names.stream().map(String::strip).toList();
  }
}
