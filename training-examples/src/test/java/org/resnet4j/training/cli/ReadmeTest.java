package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the README says of the models is what the program says. */
class ReadmeTest {
  private static final String START = "<!-- models: resnet4j list --markdown -->";
  private static final String END = "<!-- end of models -->";

  @Test
  void theModelTableIsTheProgramsOwn() throws IOException {
    // Tests run in the module's folder.
    String readme = Files.readString(Path.of("..", "README.md"));
    String table = readme.substring(readme.indexOf(START) + START.length(), readme.indexOf(END)).strip();
    assertEquals(Ran.of("list", "--markdown").out().strip(), table, "paste what resnet4j list --markdown prints");
  }
}
