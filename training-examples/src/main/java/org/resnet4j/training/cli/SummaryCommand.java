package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.resnet4j.zoo.Diagram;
import org.resnet4j.zoo.ModelSummary;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.AtomicFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code summary}: a model's vertices with shapes, parameters and multiply-adds. */
@Command(name = "summary", description = "Show a model's layers, shapes, parameters and multiply-adds.")
final class SummaryCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "A model's name (see list).")
  private String name;

  @Option(names = "--classes", paramLabel = "COUNT", description = "Outputs (default: 1000; 10 for CIFAR nets).")
  private Integer classes;

  @Option(names = "--image-size", paramLabel = "PIXELS",
      description = "Side of the input (default: 224; 32 for CIFAR nets).")
  private Integer imageSize;

  @Option(names = "--diagram", paramLabel = "FILE.svg", description = "Draw the structure into an SVG file.")
  private Path diagram;

  @ParentCommand
  private Main main;

  @Override
  public Integer call() throws IOException {
    ResNet.Builder builder = ResNets.named(name);
    if (classes != null) {
      builder.numClasses(classes);
    }
    if (imageSize != null) {
      if (imageSize > Preprocessing.MAX_SIDE) {
        throw new CommandException(ExitCode.USAGE,
            "--image-size is at most " + Preprocessing.MAX_SIDE + " pixels; found " + imageSize + ".");
      }
      builder.inputShape(3, imageSize, imageSize);
    }
    ResNet net;
    try {
      net = builder.build();
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage());
    }
    main.out().println(ModelSummary.of(net));
    if (diagram != null) {
      AtomicFiles.write(diagram, AtomicFiles.Content.of(Diagram.svg(net)));
      main.err().println("Drawn: " + diagram);
    }
    return ExitCode.OK.code();
  }
}
