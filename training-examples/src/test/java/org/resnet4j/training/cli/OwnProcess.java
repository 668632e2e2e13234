package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line in a process of its own. */
final class OwnProcess {
  private OwnProcess() {}

  /** Its standard output and error go to the files {@code out} and {@code err} of a folder. */
  static Process start(Path folder, String classPath, List<String> flags, String... arguments) throws IOException {
    return new ProcessBuilder(command(classPath, flags, arguments)).redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile()).start();
  }

  static List<String> command(String classPath, List<String> flags, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(flags);
    command.addAll(List.of("-Xmx1g", "-cp", classPath, Main.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
