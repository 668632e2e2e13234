package org.resnet4j.benchmarks.scaling;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.resnet4j.zoo.weights.AtomicFiles;
import org.resnet4j.zoo.weights.AtomicFiles.Content;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code benchmarks/scaling.sh}. */
@Command(
    name = "scaling.sh",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = "Tells what training on Spark clusters of 8 to 1,000 workers is to be expected to do, from constants"
        + " that were measured: by simulation, and how far that is from a model on paper and from runs that were"
        + " measured. Prints Markdown.")
public final class ScalingCommand implements Callable<Integer> {
  static final String PICTURE = "scaling.png";

  @Option(names = "--measured", paramLabel = "FILE", description = "The constants, in YAML or JSON; without it,"
      + " benchmarks/cluster/measured.yaml.", showDefaultValue = CommandLine.Help.Visibility.NEVER)
  private Path measured;

  @Option(names = "--page", paramLabel = "FILE", description = "A page in Markdown of which the part between the"
      + " comments \"begin\" and \"end: written by benchmarks/scaling.sh\" is replaced, and beside which " + PICTURE
      + " is written; without it, all is printed.", showDefaultValue = CommandLine.Help.Visibility.NEVER)
  private Path page;

  @Option(names = "--workers", split = ",", paramLabel = "N", defaultValue = "8,16,32,64,128,256,512,1000",
      description = "Numbers of workers that the tables are about.")
  private List<Integer> workers;

  @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Rounds that are simulated of each"
      + " cluster.")
  private int rounds;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the simulation.")
  private long seed;

  @Option(names = "--home", hidden = true, required = true)
  private Path home;

  private final PrintStream out;

  ScalingCommand(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    System.exit(run(System.out, System.err, arguments));
  }

  /** @return the exit code: 0, 1 if files are of no use, 2 if the command line isn't */
  static int run(PrintStream out, PrintStream err, String... arguments) {
    return new CommandLine(new ScalingCommand(out))
        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .setExecutionExceptionHandler((e, failed, parsed) -> {
          failed.getErr().println(e instanceof ScalingException ? e.getMessage() : e.toString());
          return CommandLine.ExitCode.SOFTWARE;
        })
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    Measured constants = Measured.read(measured == null ? home.resolve("cluster").resolve("measured.yaml") : measured);
    Simulation simulation = new Simulation(rounds, seed);
    String before = page == null ? null : GeneratedPart.replaced(read(page), page, "");
    Agreement agreement = new Agreement(constants, new AnalyticModel(), simulation);
    Prospects prospects = new Prospects(constants, simulation, workers.stream().sorted().distinct().toList());
    String part = "## Measured\n\n" + agreement.withMeasured() + "\n## Expected\n\n"
        + agreement.ofModels(prospects) + "\n" + prospects.text();
    if (page == null) {
      out.print(part);
      return CommandLine.ExitCode.OK;
    }
    String whole = GeneratedPart.replaced(before, page, part);
    ByteArrayOutputStream picture = new ByteArrayOutputStream();
    ImageIO.write(ScalingPicture.draw(prospects, constants.workers().get(0), simulation), "png", picture);
    AtomicFiles.write(page.resolveSibling(PICTURE), Content.of(picture.toByteArray()));
    AtomicFiles.write(page, Content.of(whole));
    return CommandLine.ExitCode.OK;
  }

  private static String read(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new ScalingException(page + ": expected a page to write into, found none that can be read (" + e + ").");
    }
  }
}
