package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetWeights;
import org.resnet4j.zoo.store.WeightStore;
import org.resnet4j.zoo.weights.SavedModel;

/** A published set of weights that a command names by its {@link ResNetWeights} constant. */
final class PublishedSource {
  private PublishedSource() {}

  /** The set of that name, in letters of either case; a file or folder of the name goes first. */
  static Optional<ResNetWeights> named(Path weights) {
    return Files.exists(weights) ? Optional.empty()
        : Arrays.stream(ResNetWeights.values()).filter(set -> set.name().equalsIgnoreCase(weights.toString())).findFirst();
  }

  /** Loads a set from the cache, else fetches it and shows how far that is. */
  static Loaded load(ResNetWeights set, ImageRule rule, PrintStream err) {
    if (rule.preprocessing != null || rule.classes != null) {
      throw new CommandException(ExitCode.USAGE,
          set + " has its own preprocessing and classes; leave out --preprocessing and --classes.");
    }
    if (!set.hasHead()) {
      throw new CommandException(ExitCode.USAGE, set + " has no classifying layer, which no command can do without;"
          + " take the set of the same net that has one (see list --weights), whose other layers are the same.");
    }
    rule.check();
    ResNet.Builder net = set.builder();
    if (rule.imageSize != null) {
      net.inputShape(3, rule.imageSize, rule.imageSize);
    }
    try (DownloadProgress progress = new DownloadProgress(err)) {
      SavedModel model = set.load(net.build(), WeightStore.standard(), progress);
      return new Loaded(Optional.of(set.spec().name()), model.graph(), Optional.of(model.classes()),
          model.preprocessing());
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage());
    }
  }
}
