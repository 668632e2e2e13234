package org.resnet4j.benchmarks.contest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The sources' place in history. */
public final class Commit {
  private Commit() {}

  /** The commit of the working copy around a folder, and whether files differ from it. */
  public static String of(Path folder) {
    String commit = git(folder, "rev-parse", "--short=12", "HEAD");
    if (commit.isEmpty()) {
      return "unknown";
    }
    return git(folder, "status", "--porcelain", "--untracked-files=no").isEmpty() ? commit
        : commit + ", with changes that aren't committed";
  }

  /** Git's answer; empty if there is none, for the sources may have come as an archive. */
  private static String git(Path folder, String... arguments) {
    try {
      ProcessBuilder builder = new ProcessBuilder("git");
      builder.command().addAll(List.of(arguments));
      Process process = builder.directory(folder.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? answer : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
