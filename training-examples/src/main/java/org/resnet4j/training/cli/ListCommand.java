package org.resnet4j.training.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Shortcut;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code list}: a model a line, its name first. Starts no ND4J: names are wanted at once. */
@Command(name = "list", description = "List the models, one a line, the name first.")
final class ListCommand implements Runnable {
  @Parameters(paramLabel = "GLOB", arity = "0..1", defaultValue = "*",
      description = "Only names that match, such as 'cifar_*'.")
  private String glob;

  @ParentCommand
  private Main main;

  @Override
  public void run() {
    List<ResNetSpec> listed = ResNets.list(glob);
    // A legal depth that isn't listed, or an exception with the nearest names.
    List<ResNetSpec> specs = listed.isEmpty() ? List.of(ResNets.spec(glob)) : listed;
    int width = specs.stream().mapToInt(s -> s.name().length()).max().orElse(0);
    for (ResNetSpec s : specs) {
      main.out().printf(Locale.ROOT, "%-" + width + "s  %s%n", s.name(), description(s));
    }
  }

  /** Columns: units of the stages, block and version, what else is special. */
  private static String description(ResNetSpec s) {
    String units = s.depths().stream().map(String::valueOf).collect(Collectors.joining("-"));
    String block = words(s.block()) + " " + switch (s.version()) {
      case V1 -> "v1";
      case V1_5 -> "v1.5";
      case V1_NORM_AFTER_ADD -> "v1, norm after the add";
      case V2 -> "v2";
    };
    String rest = s.groups() > 1 ? s.groups() + " groups of " + s.groupWidth()
        : s.groupWidth() != 64 ? "width x " + s.groupWidth() / 64 : "";
    String shortcut = s.shortcut() == Shortcut.PROJECTION ? "" : "shortcut: " + words(s.shortcut());
    return String.format(Locale.ROOT, "%-11s %-34s %s", units, block,
        Stream.of(words(s.stem()) + " stem", rest, shortcut).filter(t -> !t.isEmpty())
            .collect(Collectors.joining(", ")));
  }

  private static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
