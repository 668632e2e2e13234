package org.resnet4j.benchmarks.contest;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Python with PyTorch and ONNX Runtime's tools, in a cache folder outside the tree; or why there is none. */
public final class PythonSide {
  private final Path scripts;
  private final String python;
  private final String reason;

  private PythonSide(Path scripts, String python, String reason) {
    this.scripts = scripts;
    this.python = python;
    this.reason = reason;
  }

  /** A side that nobody asked for. */
  static PythonSide unneeded() {
    return new PythonSide(Path.of(""), null, "no contender was to need Python");
  }

  /** A side whose interpreter has the packages of {@code requirements.txt} already. */
  public static PythonSide of(Path home, String python) {
    return new PythonSide(home.resolve("python"), python, null);
  }

  /** @param home the folder of {@code run.sh} */
  public static PythonSide setUp(Path home, PrintStream progress) {
    Path scripts = home.resolve("python");
    progress.println("Python: setting up, if need be (PyTorch is several GB) ...");
    try {
      Process process = new ProcessBuilder("bash", scripts.resolve("set-up.sh").toString())
          .redirectError(ProcessBuilder.Redirect.INHERIT).start();
      process.getOutputStream().close();
      String python = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? new PythonSide(scripts, python, null)
          : new PythonSide(scripts, null, "Python couldn't be set up, see above");
    } catch (IOException e) {
      return new PythonSide(scripts, null, "Python couldn't be set up: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new PythonSide(scripts, null, "the contest was interrupted");
    }
  }

  /**
   * The beginning of a command that runs one of our scripts.
   *
   * @throws WorkerFailure with the reason if there is no Python
   */
  public List<String> command(String script) throws WorkerFailure {
    if (python == null) {
      throw new WorkerFailure(reason);
    }
    return List.of(python, scripts.resolve(script).toString());
  }
}
