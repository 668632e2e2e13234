package org.resnet4j.benchmarks.contest;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.io.file.PathUtils;

/**
 * All settings' heats, one after the other.
 *
 * @param home the folder of {@code run.sh}
 * @param folder that takes the logs, and while it lasts the networks
 */
record Tournament(List<Setting> settings, List<Contender> contenders, Pace pace, Path home, Path folder,
    PrintStream progress) {

  List<HeatResult> run() throws IOException {
    Path work = Files.createDirectories(folder.resolve("work"));
    try {
      return run(work);
    } finally {
      keepLogs(work, Files.createDirectories(folder.resolve("logs")));
    }
  }

  private List<HeatResult> run(Path work) {
    PythonSide python = contenders.stream().anyMatch(Contender::needsPython) ? PythonSide.setUp(home, progress)
        : PythonSide.unneeded();
    Map<String, PreparedModel> models = new LinkedHashMap<>();
    List<HeatResult> results = new ArrayList<>();
    try (Workers workers = new Workers(python, pace, work)) {
      for (Setting setting : settings) {
        PreparedModel model = models.computeIfAbsent(setting.model(), name -> {
          progress.println(name + ": writing the network in every format ...");
          int[] batches = settings.stream().filter(other -> other.model().equals(name)).mapToInt(Setting::batch)
              .distinct().toArray();
          return PreparedModel.prepare(name, setting.job(), batches, work,
              contenders.contains(Contender.ONNXRUNTIME_INT8) ? Optional.of(python) : Optional.empty());
        });
        results.add(new Heat(setting, model, workers, pace, progress).run(contenders));
      }
    }
    return results;
  }

  /** Networks and compilers' caches are large; what was said is worth keeping. */
  private static void keepLogs(Path work, Path logs) throws IOException {
    try (Stream<Path> files = Files.list(work)) {
      for (Path log : files.filter(file -> file.toString().endsWith(".log")).toList()) {
        Files.move(log, logs.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    PathUtils.deleteDirectory(work);
  }
}
