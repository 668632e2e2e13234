package org.resnet4j.training.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.resnet4j.zoo.ModelSummary;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNetWeights;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Shortcut;
import org.resnet4j.zoo.store.PublishedFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code list}: a model a line, its name first. Starts no ND4J: names are wanted at once. */
@Command(name = "list", description = "List the models, one a line, the name first.")
final class ListCommand implements Runnable {
  @Parameters(paramLabel = "GLOB", arity = "0..1", defaultValue = "*",
      description = "Only names that match, such as 'cifar_*'.")
  private String glob;

  @Option(names = "--markdown", description = "A table with parameters and multiply-adds, as in the README.")
  private boolean markdown;

  @Option(names = "--weights", description = "The published weights of these models, a set a line, its name first: for"
      + " --weights of other commands. Percentages of the data set's test images as published.")
  private boolean weights;

  @ParentCommand
  private Main main;

  @Override
  public void run() {
    List<ResNetSpec> listed = ResNets.list(glob);
    // A legal depth that isn't listed, or an exception with the nearest names.
    List<ResNetSpec> specs = listed.isEmpty() ? List.of(ResNets.spec(glob)) : listed;
    if (weights) {
      weights(specs);
      return;
    }
    if (markdown) {
      markdown(specs);
      return;
    }
    int width = specs.stream().mapToInt(s -> s.name().length()).max().orElse(0);
    for (ResNetSpec s : specs) {
      main.out().printf(Locale.ROOT, "%-" + width + "s  %s%n", s.name(), description(s));
    }
  }

  private void weights(List<ResNetSpec> specs) {
    List<ResNetWeights> sets = specs.stream().flatMap(spec -> ResNetWeights.of(spec).stream()).toList();
    if (sets.isEmpty()) {
      main.err().println("No weights are published for these models.");
    }
    for (ResNetWeights set : sets) {
      main.out().printf(Locale.ROOT, "%-30s  %-18s %9s  %-32s  %s%n", set, set.spec().name(),
          size(set), accuracy(set), set.licence());
    }
  }

  private static String size(ResNetWeights set) {
    long bytes = set.file().map(PublishedFile::bytes).orElse(0L);
    return set.file().isEmpty() ? "carried" : bytes == 0 ? "" : bytes / 1_000_000 + " MB";
  }

  private static String accuracy(ResNetWeights set) {
    return !set.hasHead() ? "no classifying layer" : "top-1 " + set.top1().getAsDouble() + " %"
        + (set.top5().isPresent() ? ", top-5 " + set.top5().getAsDouble() + " %" : "");
  }

  private void markdown(List<ResNetSpec> specs) {
    main.out().println("| Model | Units | Blocks | Parameters | Multiply-adds |");
    main.out().println("|---|---|---|---:|---:|");
    for (ResNetSpec s : specs) {
      ModelSummary summary = ModelSummary.of(ResNets.named(s.name()).build());
      main.out().printf(Locale.ROOT, "| `%s` | %s | %s | %,d | %.2f G |%n", s.name(), units(s), blocks(s),
          summary.trainableParameters(), summary.multiplyAdds() / 1e9);
    }
  }

  /** Columns: units of the stages, blocks, what else is special. */
  private static String description(ResNetSpec s) {
    String stem = words(s.stem()) + " stem";
    String shortcut = s.shortcut() == Shortcut.PROJECTION ? "" : ", shortcut: " + words(s.shortcut());
    return String.format(Locale.ROOT, "%-11s %-44s %s%s", units(s), blocks(s), stem, shortcut);
  }

  private static String units(ResNetSpec s) {
    return s.depths().stream().map(String::valueOf).collect(Collectors.joining("-"));
  }

  private static String blocks(ResNetSpec s) {
    String version = switch (s.version()) {
      case V1 -> "v1";
      case V1_5 -> "v1.5";
      case V1_NORM_AFTER_ADD -> "v1, norm after the add";
      case V2 -> "v2";
    };
    String width = s.groups() > 1 ? ", " + s.groups() + " groups of " + s.groupWidth()
        : s.groupWidth() != 64 ? ", width x " + s.groupWidth() / 64 : "";
    return words(s.block()) + " " + version + width;
  }

  private static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
