package org.resnet4j.benchmarks.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScalingCommandTest {
  @TempDir
  Path home;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--home", home.toString()));
    all.addAll(List.of(arguments));
    return ScalingCommand.run(new PrintStream(out), new PrintStream(err), all.toArray(String[]::new));
  }

  private String said() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void thePartOfAPageIsReplaced() throws IOException {
    Path page = home.resolve("page.md");
    Files.writeString(page, "# Before\n" + GeneratedPart.BEGIN + "\nold\n" + GeneratedPart.END + "\nAfter.\n");
    assertEquals(0, run("--measured", Example.file().toString(), "--page", page.toString(), "--rounds", "1",
        "--workers", "1000,8"), said());
    String text = Files.readString(page);
    assertTrue(text.startsWith("# Before\n" + GeneratedPart.BEGIN + "\n## Measured"), text);
    assertTrue(text.endsWith(GeneratedPart.END + "\nAfter.\n"), text);
    assertTrue(!text.contains("old\n"), text);
    for (String part : List.of("| 1000 | 8 |", "| 2 | parameters, k = 16 | 64 | 1.100 | 1.0", "### example worker",
        "k = 128", "more don't help from", "### Memory", "| gradients | 100 | 601 | 400 |", "(mean ")) {
      assertTrue(text.contains(part), () -> part + " in " + text);
    }
    assertTrue(ImageIO.read(home.resolve(ScalingCommand.PICTURE).toFile()).getWidth() > 900);
    try (Stream<Path> files = Files.list(home)) {
      assertEquals(2, files.count(), "and nothing else");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", GeneratedPart.END + GeneratedPart.BEGIN,
      GeneratedPart.BEGIN + GeneratedPart.BEGIN + GeneratedPart.END})
  void aPageWithoutAPlaceForItStaysAsItIs(String text) throws IOException {
    Path page = home.resolve("page.md");
    Files.writeString(page, text);
    assertEquals(1, run("--measured", Example.file().toString(), "--page", page.toString(), "--rounds", "1"));
    assertTrue(said().contains("page.md: expected the lines"), said());
    assertEquals(text, Files.readString(page));
  }

  @Test
  void filesThatAreNotThereAreSaid() {
    assertEquals(1, run());
    assertTrue(said().contains("measured.yaml"), said());
    assertEquals(1, run("--measured", Example.file().toString(), "--page", home.resolve("no.md").toString()));
    assertTrue(said().contains("no.md: expected a page"), said());
  }

  @Test
  void whatMakesNoSenseIsSaid() {
    assertEquals(1, run("--measured", Example.file().toString(), "--rounds", "0"));
    assertTrue(said().contains("--rounds: expected one or more"), said());
    assertEquals(1, run("--measured", Example.file().toString(), "--workers", "0"));
    assertTrue(said().contains("Workers: expected one or more, found 0"), said());
    assertEquals(2, run("--round", "x", "--unknown"));
    assertEquals(0, run("--help"));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("--measured"));
  }
}
