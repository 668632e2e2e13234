package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareCommandTest {
  private static final String HEADER =
      "epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,images_per_second,seconds,phase";
  private static final String TWO_EPOCHS = HEADER
      + "\n1,2.0,0.3,1.9,0.35,0.1,100,10,all\n2,1.5,0.5,1.6,0.45,0.1,120,12,all\n";

  @TempDir
  private Path folder;

  private record Outcome(int code, String out, String said) {}

  @Test
  void drawsRunsAndTellsWhatTheyCameToAndWhereTheirRecipesDiffer() throws IOException {
    run("first", TWO_EPOCHS, "name: a\noptimizer:\n  momentum: 0.9\n  rate: 0.1\nsteps: [1, 2]\n");
    // More columns, in another order, and a line that was cut: 0.99 is no result.
    run("second", "phase,val_accuracy,epoch,val_top5,train_loss,train_accuracy,val_loss,seconds,new\n"
        + "all,0.6,1,0.9,1.2,0.55,1.1,30,x\nall,0.5,2,0.8,1.0,0.6,1.3,30,x\nall,0.99,3,0.99,1.0,0.6,1",
        "name: a\noptimizer:\n  momentum: 0.9\n  rate: 0.2\nsteps: [1, 3]\nema: 0.999\n");
    Outcome outcome = compare("first", "second");
    assertEquals(0, outcome.code, outcome.said);
    List<String> lines = outcome.out.lines().map(l -> l.replaceAll(" {2,}", "|")).toList();
    assertEquals("run|best accuracy|top-5 then|loss then|best epoch|time to best|time|last training loss"
        + "|last training accuracy|most images/s", lines.get(0));
    assertEquals("first|45.0\u00a0%|–|1.6000|2 of 2|22 s|22 s|1.5000|50.0\u00a0%|120.0", lines.get(1));
    assertEquals("second|60.0\u00a0%|90.0\u00a0%|1.1000|1 of 2|30 s|1 min 0 s|1.0000|60.0\u00a0%|–", lines.get(2));
    assertEquals(List.of("", "setting|first|second", "optimizer.rate|0.1|0.2", "steps|[1, 2]|[1, 3]", "ema|–|0.999"),
        lines.subList(3, lines.size()));

    BufferedImage picture = ImageIO.read(folder.resolve("compare.png").toFile());
    assertTrue(picture.getWidth() > 1500 && picture.getHeight() > 1500);
    assertTrue(coloured(picture, 0x0072B2) > 100 && coloured(picture, 0xD55E00) > 100, "a line of each run's colour");
    String page = Files.readString(folder.resolve("compare.html"));
    for (String told : List.of("data:image/png", "60.0\u00a0%", "optimizer.rate", "0.999", "2 runs compared")) {
      assertTrue(page.contains(told), told);
    }
    assertFalse(page.contains("momentum"), "what is the same isn't a difference");
  }

  @Test
  void hostileNamesAreTextOnThePageAndOnTheTerminal() throws IOException {
    run("<script>alert(1)</script>".replace("/", "-") + "\u001b[31m", TWO_EPOCHS, "a: <b>\nb: 1e-4\n");
    run("plain", TWO_EPOCHS, "a: '<i>'\nb: 0.0001\n");
    Outcome outcome = compare("<script>alert(1)<-script>\u001b[31m", "plain");
    assertEquals(0, outcome.code, outcome.said);
    assertFalse(outcome.out.contains("\u001b"), "an escape sequence reaches the terminal");
    String page = Files.readString(folder.resolve("compare.html"));
    assertFalse(page.contains("<script>alert") || page.contains("<td><b>") || page.contains("<td><i>"), "markup");
    assertTrue(page.contains("&lt;script&gt;alert(1)"));
    assertFalse(outcome.out.lines().anyMatch(l -> l.startsWith("b ")), "1e-4 is 0.0001");
  }

  @Test
  void tenRunsOfSeveralPlacesKeepTheirNames() throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      run("seed" + i + "/run", TWO_EPOCHS, null);
      names.add("seed" + i + "/run");
    }
    Outcome outcome = compare(names.toArray(String[]::new));
    assertEquals(0, outcome.code, outcome.said);
    names.forEach(name -> assertTrue(outcome.out.contains(Path.of(name).toString()), name));
    assertTrue(outcome.out.contains("No run has a recipe.yaml."));
  }

  @Test
  void aRunThatDivergedAndOneOfASingleEpochAreDrawn() throws IOException {
    run("lost", HEADER + "\n1,2.0,0.3,1.9,0.35,0.1,100,10,all\n2,NaN,0.1,Infinity,NaN,0.1,120,12,all\n", null);
    run("short", HEADER + "\n1,2.0,0.3,1.9,0.35,0.1,100,10,all\n", null);
    Outcome outcome = compare("lost", "short");
    assertEquals(0, outcome.code, outcome.said);
    assertTrue(outcome.out.lines().anyMatch(l -> l.startsWith("lost ") && l.contains("1 of 2")), outcome.out);
  }

  @Test
  void whatIsNoRunIsSaidInASentence() throws IOException {
    run("good", TWO_EPOCHS, null);
    Files.createDirectory(folder.resolve("empty"));
    Files.writeString(folder.resolve("file"), "x");
    refused(ExitCode.USAGE, "nothing there", "good", "absent");
    refused(ExitCode.USAGE, "no metrics.csv", "good", "empty");
    refused(ExitCode.USAGE, "found a file", "file");
    run("headless", "1,2,3\n4,5,6\n", null);
    refused(ExitCode.BAD_DATA, "expected the columns", "headless");
    run("early", HEADER + "\n", null);
    refused(ExitCode.BAD_DATA, "found none", "early");
    run("cut", HEADER + "\n1,2.0,0.3", null);
    refused(ExitCode.BAD_DATA, "found none", "cut");
    run("words", TWO_EPOCHS.replace("1.6", "many"), null);
    refused(ExitCode.BAD_DATA, "line 3: expected a number for val_loss, found \"many\"", "words");
    run("gap", TWO_EPOCHS + "3,1.5\n", null);
    refused(ExitCode.BAD_DATA, "line 4: expected a number", "gap");
    run("yaml", TWO_EPOCHS, "a: [1\nb: }");
    refused(ExitCode.BAD_DATA, "recipe.yaml: expected YAML", "yaml");
    Files.write(folder.resolve("good/metrics.csv"), new byte[] {(byte) 0xff, (byte) 0xfe, 10});
    refused(ExitCode.BAD_DATA, "UTF-8", "good");
    assertFalse(Files.exists(folder.resolve("compare.png")), "a picture of nothing");
  }

  @Test
  void anOutputThatIsNoPictureIsRefused() throws IOException {
    run("good", TWO_EPOCHS, null);
    Outcome other = command(folder.resolve("good").toString(), "--out", folder.resolve("compare.pdf").toString());
    assertEquals(ExitCode.USAGE.code(), other.code);
    assertTrue(other.said.contains(".png"), other.said);
    Outcome nowhere = command(folder.resolve("good").toString(), "--out", folder.resolve("no/compare.png").toString());
    assertEquals(ExitCode.USAGE.code(), nowhere.code);
    assertTrue(nowhere.said.contains("no folder"), nowhere.said);
    assertEquals(ExitCode.USAGE.code(), command().code, "no run at all");
  }

  private void refused(ExitCode code, String sentence, String... runs) {
    Outcome outcome = compare(runs);
    assertEquals(code.code(), outcome.code, outcome.said);
    assertTrue(outcome.said.contains(sentence), outcome.said);
    assertEquals(1, outcome.said.lines().count(), outcome.said);
  }

  private void run(String name, String metrics, String recipe) throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Files.writeString(run.resolve("metrics.csv"), metrics);
    if (recipe != null) {
      Files.writeString(run.resolve("recipe.yaml"), recipe);
    }
  }

  private Outcome compare(String... runs) {
    return command(Stream.concat(Stream.of(runs).map(r -> folder.resolve(r).toString()),
        Stream.of("--out", folder.resolve("compare.png").toString())).toArray(String[]::new));
  }

  private static Outcome command(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = new CommandLine(new CompareCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err))
        .setExecutionExceptionHandler((e, command, parsed) -> {
          if (e instanceof CommandException refused) {
            command.getErr().println(e.getMessage());
            return refused.exitCode().code();
          }
          throw e;
        }).execute(arguments);
    return new Outcome(code, out.toString(), err.toString());
  }

  private static int coloured(BufferedImage picture, int colour) {
    int found = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        found += (picture.getRGB(x, y) & 0xFFFFFF) == colour ? 1 : 0;
      }
    }
    return found;
  }
}
