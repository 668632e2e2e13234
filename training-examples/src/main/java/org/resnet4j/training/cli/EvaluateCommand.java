package org.resnet4j.training.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.FileImages;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageFolder;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.LabeledImage;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Network;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code evaluate}: mean loss, top-1, top-5 and the count of right images of a folder. */
@Command(name = "evaluate", description = "Measure a model on images: mean loss, top-1, top-5, count right.")
final class EvaluateCommand implements Callable<Integer> {
  /** Which images of a folder with given parts. */
  enum Part { TRAIN, VAL, TEST, ALL }

  @Mixin
  private DataOptions data;

  @Mixin
  private ModelSource source;

  @Mixin
  private ComputeOptions compute;

  @Option(names = "--split", paramLabel = "PART",
      description = "Of a folder with train, val, test: one of these, or all (default: test if there is one, else"
          + " all).")
  private Part split;

  @ParentCommand
  private Main main;

  @Override
  public Integer call() throws IOException {
    compute.check();
    main.startBackend();
    ModelSource.Loaded loaded = source.load(main.err()).classifying();
    Optional<Dataset> arrays = data.openArrays(main.err());
    ImageSource given;
    List<String> names;
    if (arrays.isPresent()) {
      given = images(arrays.get());
      names = arrays.get().classes();
    } else {
      ImageFolder folder = data.openFolder(main.err());
      given = new FileImages(images(folder));
      names = folder.classes();
    }
    List<String> classes = loaded.classes().orElse(names);
    long outputs = ModelSource.Loaded.outputs(loaded.graph());
    if (classes.size() != outputs) {
      throw new CommandException(ExitCode.BAD_DATA, "The weights have " + outputs + " classes without names, the images"
          + " have " + classes.size() + "; they can't be matched.");
    }
    ImageSource images = ClassNames.relabel(given, names, classes);
    try (ImageBatches batches = data.evaluation(images, classes, loaded, data.batch());
        Network network = compute.open(loaded.graph(), main.err())) {
      Evaluation evaluation;
      try (Progress progress = Progress.start("Evaluating", images.size(), main.err())) {
        evaluation = Evaluation.of(network, classes, batches, n -> progress.step(n, ""));
      }
      for (BadImage bad : batches.skipped()) {
        main.err().println("Left out: " + Printable.of(bad.file() + ": " + bad.reason()));
      }
      main.out().println(evaluation);
    }
    return ExitCode.OK.code();
  }

  /** Nothing is held out of them, so that there are two parts. */
  private ImageSource images(Dataset arrays) {
    return switch (split == null ? Part.TEST : split) {
      case TRAIN -> arrays.train();
      case TEST -> arrays.test().size() == 0 ? arrays.validation() : arrays.test();
      case VAL, ALL -> throw new CommandException(ExitCode.USAGE, "--split " + split + " is for folders; " + arrays.name()
          + " has train and test.");
    };
  }

  private List<LabeledImage> images(ImageFolder folder) {
    Part part = split != null ? split : folder.test().isEmpty() ? Part.ALL : Part.TEST;
    List<LabeledImage> images = switch (part) {
      case TRAIN -> folder.train();
      case VAL -> folder.validation();
      case TEST -> folder.test();
      case ALL -> Stream.of(folder.train(), folder.validation(), folder.test()).flatMap(List::stream).toList();
    };
    if (images.isEmpty()) {
      throw new CommandException(ExitCode.BAD_DATA, "The folder has no images for --split " + part + ".");
    }
    return images;
  }
}
