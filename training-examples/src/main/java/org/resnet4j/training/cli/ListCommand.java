package org.resnet4j.training.cli;

import java.util.List;
import java.util.Locale;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code list}: a model a line, its name first. Starts no ND4J: names are wanted at once. */
@Command(name = "list", description = "List the models, one a line, the name first.")
final class ListCommand implements Runnable {
  @Parameters(paramLabel = "GLOB", arity = "0..1", defaultValue = "*",
      description = "Only names that match, such as 'cifar_*'.")
  private String glob;

  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    List<ResNetSpec> specs = ResNets.list(glob);
    if (specs.isEmpty()) {
      ResNets.spec(glob); // a legal depth outside the list, or an exception with the nearest names
      specs = List.of(ResNets.spec(glob));
    }
    int width = specs.stream().mapToInt(s -> s.name().length()).max().orElse(0);
    for (ResNetSpec s : specs) {
      spec.commandLine().getOut().printf(Locale.ROOT, "%-" + width + "s  %s%n", s.name(), s.describe());
    }
  }
}
