package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.resnet4j.training.report.Comparison;
import org.resnet4j.training.report.PastRun;
import org.resnet4j.training.report.RunException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare}: runs over one another, as a picture, a page and a table. Starts no ND4J. */
@Command(name = "compare", description = "Draw runs over one another, and list what they came to and in which settings"
    + " they differ.", footer = {"", "A RUN is the --out folder of finetune or train, of a run that goes on, too."})
final class CompareCommand implements Callable<Integer> {
  private static final String PICTURE = ".png";

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Folders with metrics.csv and, maybe, recipe.yaml.")
  private List<Path> folders;

  @Option(names = "--out", paramLabel = "FILE.png", defaultValue = "compare.png",
      description = "The picture; a page with it and the tables goes beside it, as FILE.html.")
  private Path out;

  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    String name = String.valueOf(out.getFileName());
    if (!name.toLowerCase(Locale.ROOT).endsWith(PICTURE)) {
      throw new CommandException(ExitCode.USAGE, "--out " + out + ": name a file that ends in " + PICTURE + ".");
    }
    Path folder = out.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new CommandException(ExitCode.USAGE, "--out " + out + ": there is no folder " + folder + ".");
    }
    if (folders.size() > Comparison.MOST_RUNS) {
      throw new CommandException(ExitCode.USAGE, "Expected at most " + Comparison.MOST_RUNS
          + " runs, which can still be told apart, found " + folders.size() + ".");
    }
    Comparison comparison;
    try {
      comparison = new Comparison(PastRun.read(folders));
    } catch (RunException e) {
      throw new CommandException(switch (e.reason()) {
        case NO_RUN -> ExitCode.USAGE;
        case DAMAGED -> ExitCode.BAD_DATA;
      }, e.getMessage());
    }
    Path page = folder.resolve(name.substring(0, name.length() - PICTURE.length()) + ".html");
    comparison.write(folder.resolve(name), page);
    comparison.lines().forEach(line -> spec.commandLine().getOut().println(Printable.of(line)));
    spec.commandLine().getErr().println("Picture: " + out + ", page: " + page);
    return ExitCode.OK.code();
  }
}
